import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNearestPython, findPythons } from './find-pythons.ts';

/** Programs that say their version, as `python3 -c …` is asked for it. */
let folder: string;
let environment: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pythons-'));
  put('bin/python3', answer('3.11.7', 'bin/python3'));
  put('bin/python3.11', answer('3.11.7', 'bin/python3'));
  put('shims/python3.13', 'echo "pyenv: python3.13: command not found" >&2; exit 127');
  for (const version of ['3.13.2', '3.9.1']) put(toPyenv(version), answer(version, toPyenv(version)));
  put('bin/python3.10', answer('3.10.1', 'bin/python3.10', 'exit 1'));
  const path = [join(folder, 'shims'), join(folder, 'nowhere'), join(folder, 'bin')];
  environment = { PATH: path.join(':'), PYENV_ROOT: join(folder, 'pyenv'), HOME: folder };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const toPyenv = (version: string) => `pyenv/versions/${version}/bin/python3`;

/** @param venv what it does when asked for its venv module */
function answer(version: string, path: string, venv = 'exit 0'): string {
  return `case "$*" in *venv*) ${venv} ;; *) echo "${version} ${join(folder, path)}" ;; esac`;
}

function put(path: string, script: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, path), 0o755);
}

test('each is found once, those that do not start are left out', async () => {
  const found = await findPythons(environment);
  expect(found.map(({ text }) => text)).toEqual(['3.13.2', '3.11.7', '3.10.1', '3.9.1']);
});

test.each([
  [13, '3.13.2'],
  [12, '3.13.2'],
  [11, '3.11.7'],
  // 3.10 is there without its venv module.
  [10, '3.11.7'],
  [7, '3.9.1'],
])('nearest to 3.%i is %s', async (minor, version) => {
  expect((await findNearestPython(minor, environment))?.text).toBe(version);
});

test('none is none', async () => {
  expect(await findNearestPython(12, { PATH: '', PYENV_ROOT: folder, HOME: folder })).toBeUndefined();
});
