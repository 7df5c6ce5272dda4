import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, tryJob } from '../test-host.ts';
import { parseRange, parseVersion } from '../version-range.ts';

describe('a range of versions', () => {
  it.each([
    ['3.12', ['3.12.0', '3.12.9'], ['3.11.9', '3.13.0', '4.12.0']],
    ['3.x', ['3.0.0', '3.14.2'], ['2.7.18']],
    ['3', ['3.9.1'], ['4.0.0']],
    ['3.12.x', ['3.12.4'], ['3.1.2']],
    ['3.12.1', ['3.12.1'], ['3.12.10']],
    ['=3.12.1', ['3.12.1'], ['3.12.2']],
    ['>=3.11', ['3.11.0', '3.13.1'], ['3.10.99']],
    ['>= 3.11 <3.13', ['3.12.9'], ['3.13.0']],
    ['>3.11', ['3.12.0'], ['3.11.7']],
    ['<=3.11', ['3.11.9', '3.8.0'], ['3.12.0']],
    ['~3.11.2', ['3.11.2', '3.11.9'], ['3.11.1', '3.12.0']],
    ['^3.11', ['3.11.0', '3.14.0'], ['3.10.0', '4.0.0']],
    ['3.9 || 3.11', ['3.9.1', '3.11.2'], ['3.10.1']],
    ['*', ['2.7.18'], []],
  ])('%s', (text, inside, outside) => {
    const range = parseRange(text);
    const isIn = (version: string) => range?.(parseVersion(version)!);
    expect([inside.map(isIn), outside.map(isIn)]).toEqual([inside.map(() => true), outside.map(() => false)]);
  });

  it.each(['', 'pypy3.9', '3.12-dev', '3.', '>=', 'latest'])('%j is none', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

describe('UsePythonVersion', () => {
  const { PATH, HOME, PYENV_ROOT } = process.env;
  let fake: ReturnType<typeof makeFolder>;

  // No Python but those that a test puts there; `sh` and the like stay to be found.
  beforeEach(() => {
    fake = makeFolder();
    mkdirSync(join(fake.folder, 'bin'));
    process.env.PATH = [join(fake.folder, 'bin'), '/bin'].join(delimiter);
    process.env.HOME = fake.folder;
    process.env.PYENV_ROOT = join(fake.folder, 'pyenv');
  });
  afterEach(() => {
    fake[Symbol.dispose]();
    Object.assign(process.env, { PATH, HOME });
    if (PYENV_ROOT === undefined) delete process.env.PYENV_ROOT;
    else process.env.PYENV_ROOT = PYENV_ROOT;
  });

  /** A program that says that it is a Python and makes environments. */
  const putPython = (path: string, version: string, broken = false) => {
    const file = join(fake.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(
      file,
      `#!/bin/sh
case "$*" in
  *platform*) echo "${version} ${file}" ;;
  *venv*) ${broken ? 'exit 1' : `mkdir -p "$3/bin"; cp "$0" "$3/bin/python"`} ;;
  *) echo "I am ${version}" ;;
esac
`,
    );
    chmodSync(file, 0o755);
  };
  const use = (spec: string) => `- task: UsePythonVersion@0\n  name: py\n  inputs: { versionSpec: '${spec}' }\n`;

  it('takes the newest of the range, once for all jobs of the agent, and puts it first on PATH', async () => {
    putPython('bin/python3', '3.98.1');
    putPython('bin/python3.99', '3.99.2');
    putPython('pyenv/versions/3.97.0/bin/python3', '3.97.0');
    using agent = makeFolder();
    const yaml = `${use('<3.99')}- bash: python; echo "$(py.pythonLocation)"\n`;
    const first = await tryJob(agent.folder, yaml);
    const location = join(agent.folder, '_work', '_tool', 'Python', '3.98.1', 'x64');
    expect(first.output(1)).toEqual(['I am 3.98.1', location]);
    const second = await tryJob(agent.folder, yaml);
    expect(second.lines(0).filter((line) => line.startsWith('##[command]'))).toEqual([]);
    expect(second.output(1)).toEqual(['I am 3.98.1', location]);
  });

  it('finds what pyenv keeps although its shim stands for nothing', async () => {
    putPython('pyenv/versions/3.97.0/bin/python3', '3.97.0');
    writeFileSync(join(fake.folder, 'bin', 'python3.97'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    using agent = makeFolder();
    const { end } = await tryJob(agent.folder, use('3.97'));
    expect(end.result).toBe('Succeeded');
  });

  it('begins anew where an environment was not finished, and tries the next Python where one cannot make it', async () => {
    putPython('bin/python3.99', '3.99.2', true);
    putPython('bin/python3.98', '3.98.1');
    using agent = makeFolder();
    mkdirSync(join(agent.folder, '_work', '_tool', 'Python', '3.99.2', 'x64', 'bin'), { recursive: true });
    const { end, output } = await tryJob(agent.folder, `${use('3.x')}- bash: python\n`);
    expect([end.result, output(1)]).toEqual(['Succeeded', ['I am 3.98.1']]);
  });

  it('names those that it found where none is of the range', async () => {
    putPython('bin/python3', '3.98.1');
    using agent = makeFolder();
    const { seen } = await tryJob(agent.folder, use('3.96'));
    const message = seen.steps[0]?.end?.issues[0]?.message ?? '';
    expect(message).toMatch(/^Version spec 3\.96 for architecture x64 did not match any version/);
    expect(message).toContain(`3.98.1 (${fake.folder}/bin/python3)`);
  });
});

it('a real Python of this machine becomes an environment into which pip installs', async () => {
  using agent = makeFolder();
  const yaml = `- task: UsePythonVersion@0
  inputs: { versionSpec: '>=3.11' }
- bash: python -c 'import sys; print(sys.prefix)'; command -v pip; command -v python3
`;
  const { output, end } = await tryJob(agent.folder, yaml);
  const folder = /^(.*\/x64)$/.exec(output(1)[0] ?? '')?.[1];
  expect(folder?.startsWith(join(agent.folder, '_work', '_tool', 'Python'))).toBe(true);
  expect([end.result, ...output(1).slice(1)]).toEqual(['Succeeded', `${folder}/bin/pip`, `${folder}/bin/python3`]);
});
