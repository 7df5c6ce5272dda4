import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './toolchain.mjs';

const RESOURCES = 'packages/create-mlops-model/src/resources';
const DATABRICKS = 'packages/sandbox/src/databricks';

const CORE = 'packages/core/src';

/** Answers in the order of the prompts, and the files that are made or changed. */
const GENERATED = [
  {
    generator: 'resource',
    answers: ['service hook', 'repository'],
    files: [`${RESOURCES}/service-hook.ts`, `${RESOURCES}/service-hook.test.ts`],
  },
  {
    generator: 'question',
    answers: ['cost centre', 'azure', 'Cost centre that pays.', 'Centre de coûts qui paie.'],
    files: [
      ...['answers', 'manifest', 'questions', 'rules', 'messages/en', 'messages/fr'].map(
        (name) => `${CORE}/${name}.ts`,
      ),
      `${CORE}/cost-centre-question.test.ts`,
    ],
  },
  {
    generator: 'sandbox-route',
    answers: ['instance pool', 'GET', '/api/2.0/instance-pools/list', 'the pools of the workspace'],
    files: [
      `${DATABRICKS}/service.ts`,
      `${DATABRICKS}/instance-pool-routes.ts`,
      `${DATABRICKS}/instance-pool-routes.test.ts`,
    ],
  },
  {
    generator: 'template-file',
    answers: ['notebooks', 'checks/rows.py'],
    files: ['test/render/checks-rows-py.test.ts'],
  },
];

describe('pnpm new', { timeout: 180_000 }, () => {
  const copy = mkdtempSync(join(tmpdir(), 'plop-'));
  beforeAll(() => copyRepository(copy));
  afterAll(() => rmSync(copy, { recursive: true }));

  it('each generator runs', () => {
    for (const { generator, answers } of GENERATED) {
      run('plop', ['--no-progress', '--plopfile', 'plopfile.ts', generator, ...answers]);
    }
    expect(GENERATED.flatMap(({ files }) => files).filter((file) => !existsSync(join(copy, file)))).toEqual([]);
  });

  it('what they make passes lint and types', () => {
    const files = GENERATED.flatMap((one) => one.files);
    run('biome', ['check', '--error-on-warnings', ...files]);
    run('node', ['scripts/build.ts', '--templates-only']);
    const types = spawnSync('tsc', ['-p', '.'], { cwd: copy, encoding: 'utf8' }).stdout;
    expect(types.split('\n').filter((line) => files.some((file) => line.startsWith(file)))).toEqual([]);
  });

  it('their tests pass', () => {
    const tests = GENERATED.flatMap((one) => one.files).filter((file) => file.endsWith('.test.ts'));
    expect(tests).toHaveLength(GENERATED.length);
    expect(run('vitest', ['run', ...tests])).toContain('passed');
  });

  function run(program: string, args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: copy, encoding: 'utf8', input: '' });
    expect({ program, status, output: status === 0 ? '' : stdout + stderr }).toEqual({
      program,
      status: 0,
      output: '',
    });
    return stdout;
  }
});

/** Everything git would keep, with the installed packages linked in. */
function copyRepository(copy: string): void {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const deleted = new Set(
    execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: ROOT, encoding: 'utf8' }).split('\0'),
  );
  for (const file of execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0')) {
    if (file === '' || deleted.has(file)) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    symlinkSync(join(ROOT, 'packages', name, 'node_modules'), join(copy, 'packages', name, 'node_modules'));
  }
  // The linked packages lie outside the copy, where Biome cannot match them against a .gitignore.
  const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(copy, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
}
