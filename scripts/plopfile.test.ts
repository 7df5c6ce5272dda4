import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './toolchain.mjs';

const RESOURCES = 'packages/create-mlops-model/src/resources';
const DATABRICKS = 'packages/sandbox/src/databricks';

describe('pnpm new', () => {
  const copy = mkdtempSync(join(tmpdir(), 'plop-'));
  beforeAll(() => copyRepository(copy));
  afterAll(() => rmSync(copy, { recursive: true }));

  it.each([
    ['resource', ['service hook', 'repository'], [`${RESOURCES}/service-hook.ts`], `${RESOURCES}/service-hook.test.ts`],
    [
      'sandbox-route',
      ['instance pool', 'GET', '/api/2.0/instance-pools/list', 'the pools of the workspace'],
      [`${DATABRICKS}/instance-pool-routes.ts`, `${DATABRICKS}/service.ts`],
      `${DATABRICKS}/instance-pool-routes.test.ts`,
    ],
    ['template-file', ['notebooks', 'checks/rows.py'], [], 'test/render/checks-rows-py.test.ts'],
  ])('%s: what it makes passes lint, types and its own test', (generator, answers, sources, test) => {
    run('plop', ['--no-progress', '--plopfile', 'plopfile.ts', generator, ...answers]);
    run('biome', ['check', '--error-on-warnings', ...sources, test]);
    expect(run('vitest', ['run', test])).toContain('passed');
    const types = spawnSync('tsc', ['-p', '.'], { cwd: copy, encoding: 'utf8' }).stdout;
    expect(types.split('\n').filter((line) => [...sources, test].some((file) => line.startsWith(file)))).toEqual([]);
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
