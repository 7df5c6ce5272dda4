import { expect, test } from 'vitest';
import { findAzureDevOpsCredential, findDatabricksCredential } from './identity.ts';
import type { Shell, ShellResult } from './shell.ts';

/** An Azure CLI that gives these answers one after another. */
function az(...answers: readonly Partial<ShellResult>[]) {
  const asked: (readonly string[])[] = [];
  const shell: Shell = {
    async run(_file, args) {
      asked.push(args);
      return { exitCode: 0, stdout: '', stderr: '', missing: false, ...answers[asked.length - 1] };
    },
  };
  return { shell, asked };
}

test('the environment wins over the sandbox, the sandbox over the Azure CLI', async () => {
  const { shell, asked } = az();
  const sandbox = { token: 'sand' };
  const environment = { AZURE_DEVOPS_EXT_PAT: ' pat ', DATABRICKS_TOKEN: 'dapi' };
  const basic = (token: string) => `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
  expect(await findAzureDevOpsCredential({ environment, shell, sandbox }).authorization()).toBe(basic('pat'));
  expect(await findDatabricksCredential({ environment, shell, sandbox }).authorization()).toBe('Bearer dapi');
  expect(await findAzureDevOpsCredential({ environment: {}, shell, sandbox }).authorization()).toBe(basic('sand'));
  expect(await findDatabricksCredential({ environment: {}, shell, sandbox }).authorization()).toBe('Bearer sand');
  expect(asked).toEqual([]);
});

test('the Azure CLI is asked once, and again only to renew', async () => {
  const { shell, asked } = az({ stdout: 'one\n' }, { stdout: 'two\n' });
  const credential = findAzureDevOpsCredential({ environment: {}, shell });
  expect(await Promise.all([credential.authorization(), credential.authorization()])).toEqual([
    'Bearer one',
    'Bearer one',
  ]);
  await credential.renew?.();
  expect(await credential.authorization()).toBe('Bearer two');
  expect(asked).toHaveLength(2);
  expect(asked[0]).toContain('499b84ac-1321-427f-aa17-267ca6975798');
});

test.each([
  ['not installed', { exitCode: -1, missing: true }],
  ['not signed in', { exitCode: 1 }],
])('the Azure CLI %s', async (what, answer) => {
  const credential = findDatabricksCredential({ environment: {}, shell: az(answer).shell });
  await expect(credential.authorization()).rejects.toMatchObject({
    code: 'not-signed-in',
    message: `The Azure CLI is ${what}.`,
    hint: { en: expect.stringContaining('DATABRICKS_TOKEN') },
  });
});
