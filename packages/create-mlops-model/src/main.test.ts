import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    input: '',
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
  });
  return { status, stdout, stderr };
}

describe('the program', () => {
  it('says its version and nothing else', () => {
    expect(run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('explains itself in both languages', () => {
    const english = run(['--help']);
    expect(english).toMatchObject({ status: 0, stderr: '' });
    expect(english.stdout).toContain('Usage\n');
    expect(run(['apply', '--help'], { LANG: 'fr_CA.UTF-8' }).stdout).toContain('Rendre conforme à mlops.yaml');
    expect(run(['plan', '--help', '--lang=fr']).stdout).toContain('Exemples\n');
  });

  it('ends with 2 and the next step on a wrong line', () => {
    const { status, stdout, stderr } = run(['--tsk', 'x']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Did you mean --task?');
  });

  it('lists everything missing when nobody can be asked', () => {
    const { status, stderr } = run(['--json', '--dry-run']);
    expect(status).toBe(2);
    expect(stderr).toContain('--framework');
  });

  it('gives errors as one document under --json, and to people on stderr', () => {
    const { stdout, stderr } = run(['plan', '--json', '--nonsense', '--lang', 'fr']);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, kind: 'error', code: 'usage', exitCode: 2 });
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(stderr).toContain('Erreur\u00a0: L’option --nonsense');
  });

  it('stops for flags that npm kept, before anything else', () => {
    const { status, stderr } = run(['x', 'regression'], { npm_command: 'init', npm_config_task: 'true' });
    expect(status).toBe(2);
    expect(stderr).toContain('npm create mlops-model@latest -- x --task regression');
  });

  it('shows no secret and gives a pipeline agent no command', () => {
    const secret = 'hunter2hunter2hunter2';
    const { stderr } = run([`##vso[task.complete]${secret}`, 'b'], { AZURE_DEVOPS_EXT_PAT: secret, TF_BUILD: 'True' });
    const other = run(['a', `##vso[task.complete]${secret}`], { AZURE_DEVOPS_EXT_PAT: secret, TF_BUILD: 'True' });
    expect(stderr + other.stderr).not.toContain(secret);
    expect(other.stderr).toContain('***');
    expect(other.stderr).not.toContain('##vso[');
  });
});
