import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnSandbox, startOwnSandbox, type Who } from './own-sandbox.ts';

let sandbox: OwnSandbox;
let work: string;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startOwnSandbox();
  work = join(sandbox.root, 'work');
  // The machine's own Python and Azure CLI must not decide what is found.
  const programs = join(sandbox.root, 'programs');
  mkdirSync(programs, { recursive: true });
  const say = (name: string, text: string) => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  for (const name of ['python3', 'python', 'python3.12']) say(name, 'echo Python 3.12.4');
  for (const name of ['az', 'kubectl']) say(name, 'exit 1');
  env = { PATH: `${programs}:${process.env.PATH}` };
});
afterAll(() => sandbox?.stop());

interface Line {
  readonly topic: string;
  readonly name: string;
  readonly status: string;
  readonly text: string;
  readonly fix?: string;
}

const examine = async (folder: string, who?: Who, more: readonly string[] = []) => {
  const ran = await sandbox.run(['doctor', '--json', ...more], folder, who, env);
  return { ...ran, findings: (JSON.parse(ran.stdout) as { findings: readonly Line[] }).findings };
};
const writes = async () =>
  (await sandbox.requests()).filter(
    ({ method, path }) => /POST|PATCH|DELETE|PUT/.test(method) && !/permissionevaluationbatch|_sandbox/i.test(path),
  );

describe('doctor', () => {
  test('outside a model: tools and log-ins', async () => {
    mkdirSync(work, { recursive: true });
    const here = await examine(work);
    expect(here.exitCode).toBe(0);
    expect(new Set(here.findings.map(({ topic }) => topic))).toEqual(new Set(['tools', 'sign-in']));
    expect(here.findings).toContainEqual(expect.objectContaining({ name: 'git', status: 'pass' }));
    expect(here.findings).toContainEqual(expect.objectContaining({ name: 'az', status: 'note' }));
    expect((await examine(work, undefined, ['--target', 'azure'])).exitCode).toBe(4);
  });

  test('a model that is well, one right missing, one object gone', { timeout: 120_000 }, async () => {
    const folder = join(work, 'ice-jam');
    expect(await sandbox.run(['create', 'ice-jam', '--yes', '--target', 'sandbox'], work, 'you')).toMatchObject({
      exitCode: 0,
    });
    await sandbox.control('DELETE', 'requests');
    const well = await sandbox.run(['doctor', '--lang', 'fr'], join(folder, 'api'), 'you', env);
    expect(well.exitCode).toBe(0);
    expect(well.stdout).toContain('Azure DevOps\u00a0: connexion sous le nom de You (you@sandbox.test).');
    expect(well.stdout).toMatch(/✓ \d+ objets sont conformes à mlops\.yaml\./);
    expect(well.stdout).toContain('Tout va bien.');
    expect(await writes()).toEqual([]);

    const reader = await examine(folder, 'reader');
    expect(reader.exitCode).toBe(4);
    const missing = reader.findings.filter(({ status }) => status === 'fail');
    expect(missing.map(({ name }) => name)).toEqual(['push', 'create-branch', 'pull-request', 'queue-builds']);
    expect(missing[0]).toMatchObject({
      text: 'You lack the right to push to the repository (Contribute).',
      fix: 'Who can give it: a project administrator.',
    });

    const { id } = (await sandbox.devOps('GET', 'mlops/_apis/distributedtask/environments')).value[0];
    await sandbox.devOps('DELETE', `mlops/_apis/distributedtask/environments/${id}`);
    const gone = await examine(folder, 'you');
    expect(gone.exitCode).toBe(1);
    expect(gone.findings.find(({ name }) => name.startsWith('environment:'))).toMatchObject({
      status: 'fail',
      text: expect.stringMatching(/^environment:ice-jam-\w+ does not exist\.$/),
      fix: expect.stringContaining('npx create-mlops-model@0 apply'),
    });
  });

  test('a wrong token and a sandbox that does not run', async () => {
    const folder = join(work, 'ice-jam');
    const wrong = await sandbox.run(['doctor', '--json'], folder, 'you', { ...env, DATABRICKS_TOKEN: 'dapi-not-one' });
    expect(wrong.exitCode).toBe(4);
    expect(wrong.stdout).not.toContain('dapi-not-one');
    expect(JSON.parse(wrong.stdout).findings).toContainEqual(
      expect.objectContaining({ name: 'databricks', status: 'fail', code: 'not-signed-in' }),
    );
    const elsewhere = { ...env, MLOPS_SANDBOX_HOME: join(sandbox.root, 'no-sandbox') };
    const stopped = await sandbox.run(['doctor'], folder, undefined, elsewhere);
    expect(stopped.exitCode).toBe(1);
    expect(stopped.stdout).toContain('Start it with: npx create-mlops-model@0 sandbox start');
  });
});
