import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNearestPython, findPythons } from './find-pythons.ts';

/** Programs that say their version, as `python3 -c …` is asked for it. */
let folder: string;
let environment: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pythons-'));
  put('bin/python3', 'echo 3.11.7');
  symlinkSync(join(folder, 'bin/python3'), join(folder, 'bin/python3.11'));
  put('shims/python3.13', 'echo "pyenv: python3.13: command not found" >&2; exit 127');
  put('pyenv/versions/3.13.2/bin/python3', 'echo 3.13.2');
  put('pyenv/versions/3.9.1/bin/python3', 'echo 3.9.1');
  const path = [join(folder, 'shims'), join(folder, 'nowhere'), join(folder, 'bin')];
  environment = { PATH: path.join(':'), PYENV_ROOT: join(folder, 'pyenv') };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, script: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, path), 0o755);
}

test('each version is found once, those that do not start are left out', async () => {
  expect((await findPythons(environment)).map(({ version }) => version)).toEqual(['3.13.2', '3.11.7', '3.9.1']);
});

test.each([
  [13, '3.13.2'],
  [12, '3.13.2'],
  [11, '3.11.7'],
  [10, '3.11.7'],
  [7, '3.9.1'],
])('nearest to 3.%i is %s', async (minor, version) => {
  expect((await findNearestPython(minor, environment))?.version).toBe(version);
});

test('none is none', async () => {
  expect(await findNearestPython(12, { PATH: '', PYENV_ROOT: folder })).toBeUndefined();
});
