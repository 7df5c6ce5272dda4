import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../toolchain.mjs';

const CLI = 'packages/create-mlops-model/src';

/** One line a forbidden thing. */
const LINES = {
  clack: "import '@clack/prompts';",
  execa: "import 'execa';",
  spawn: "import 'node:child_process';",
  fs: "import 'node:fs';",
  promises: "import 'node:fs/promises';",
  git: "import 'simple-git';",
  azure: "import 'azure-devops-node-api/GitApi.js';",
  lazyAzure: "export const lazy = () => import('azure-devops-node-api');",
  exit: 'process.exit(1);',
} as const;

type Thing = keyof typeof LINES;
const ALL = Object.keys(LINES) as Thing[];

/** File → what it alone may do. */
const OPEN: readonly (readonly [file: string, allowed: readonly Thing[]])[] = [
  [`${CLI}/declare.ts`, []],
  [`${CLI}/commands/create.ts`, []],
  [`${CLI}/resources/pipeline.ts`, []],
  [`${CLI}/services/http.ts`, []],
  [`${CLI}/services/terminal.ts`, ['clack']],
  [`${CLI}/services/shell.ts`, ['execa', 'spawn']],
  [`${CLI}/services/git.ts`, ['git']],
  [`${CLI}/services/git/run-git.ts`, ['git']],
  [`${CLI}/services/sandbox.ts`, ['spawn']],
  [`${CLI}/services/disk.ts`, ['fs', 'promises']],
  [`${CLI}/services/disk/write-file.ts`, ['fs', 'promises']],
  [`${CLI}/services/azure-devops.ts`, ['azure', 'lazyAzure']],
  [`${CLI}/main.ts`, ['exit']],
  ['packages/core/src/plan.ts', []],
  ['packages/pipeline-templates/src/view.ts', []],
  ['packages/api-scaffold/src/view.ts', []],
];

describe('walls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'walls-'));
  let found: ReadonlyMap<string, readonly number[]>;

  beforeAll(() => {
    cpSync(join(ROOT, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
    for (const [file] of OPEN) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${Object.values(LINES).join('\n')}\n`);
    }
    found = lint(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(OPEN)('%s may do %j and nothing else', (file, allowed) => {
    const lines = found.get(file) ?? [];
    expect(ALL.filter((_, index) => !lines.includes(index + 1))).toEqual(allowed);
  });
});

/** File → lines that a wall stops. */
function lint(folder: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  const text = run(folder);
  for (const [, file = '', line] of text.matchAll(/^(\S+?):(\d+):\d+ (?:lint\/style\/noRestrictedImports|plugin)/gm)) {
    found.set(file, [...(found.get(file) ?? []), Number(line)]);
  }
  return found;
}

function run(folder: string): string {
  const args = ['lint', '--colors=off', '--max-diagnostics=none', '.'];
  const { stdout, stderr } = spawnSync('biome', args, { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}
