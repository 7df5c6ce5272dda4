import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireTool } from '../../../../test/require-tool.ts';
import { AUDIENCES } from '../sign-in/audiences.ts';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

const HEADER = '# Databricks notebook source\n';
const CREDENTIALS = '/api/2.1/unity-catalog/credentials';
const connector = {
  access_connector_id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c',
};
const body = (name: string) => ({ name, purpose: 'SERVICE', azure_managed_identity: connector });

let workspace: TestWorkspace;
beforeAll(async () => {
  workspace = await startTestWorkspace();
  await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/Shared/c' });
});
afterAll(() => workspace.stop());

describe('in Unity Catalog', () => {
  test('a credential is made once, found by its name, and removed', async () => {
    const made = await workspace.call('POST', CREDENTIALS, body('once'));
    expect(made).toMatchObject({ status: 200, body: { name: 'once', purpose: 'SERVICE', owner: 'you@sandbox.test' } });
    expect((await workspace.call('POST', CREDENTIALS, body('ONCE'))).status).toBe(409);
    expect((await workspace.call('GET', `${CREDENTIALS}/Once`)).body).toEqual(made.body);
    expect((await workspace.call('DELETE', `${CREDENTIALS}/once`)).status).toBe(200);
    expect(await workspace.call('GET', `${CREDENTIALS}/once`)).toMatchObject({
      status: 404,
      body: { error_code: 'CREDENTIAL_DOES_NOT_EXIST' },
    });
  });

  test('only an administrator makes one, and only who holds ACCESS sees and uses it', async () => {
    expect((await workspace.call('POST', CREDENTIALS, body('mine'), 'colleague')).status).toBe(403);
    await workspace.call('POST', CREDENTIALS, body('mine'));
    const look = () => workspace.call('GET', `${CREDENTIALS}/mine`, undefined, 'colleague');
    const use = () => {
      const asked = { credential_name: 'mine', azure_options: { resources: [AUDIENCES.management] } };
      return workspace.call('POST', '/api/2.1/unity-catalog/temporary-service-credentials', asked, 'colleague');
    };
    expect((await look()).status).toBe(403);
    expect((await use()).status).toBe(403);
    const changes = [{ principal: 'colleague@sandbox.test', add: ['ACCESS'] }];
    const grants = '/api/2.1/unity-catalog/permissions/credential/mine';
    expect((await workspace.call('PATCH', grants, { changes }, 'colleague')).status).toBe(403);
    expect((await workspace.call('PATCH', grants, { changes })).body).toEqual({
      privilege_assignments: [{ principal: 'colleague@sandbox.test', privileges: ['ACCESS'] }],
    });
    expect((await look()).status).toBe(200);
    const { azure_aad } = (await use()).body;
    expect(workspace.tokens.find(`Bearer ${azure_aad.aad_token}`, AUDIENCES.management)).toMatchObject({
      kind: 'valid',
      subject: { kind: 'application', name: 'mine' },
    });
  });
});

requireTool('python3')('in a notebook', () => {
  const run = async (text: string, task: object = {}) => {
    const content = Buffer.from(HEADER + text).toString('base64');
    const file = { path: '/Shared/c/main.py', content, format: 'AUTO', overwrite: true };
    await workspace.call('POST', '/api/2.0/workspace/import', file);
    const tasks = [{ task_key: 't', notebook_task: { notebook_path: '/Shared/c/main' }, ...task }];
    const { run_id } = (await workspace.call('POST', '/api/2.2/jobs/runs/submit', { tasks })).body;
    const get = async (verb: string, id: number) =>
      (await workspace.call('GET', `/api/2.2/jobs/runs/${verb}?run_id=${id}`)).body;
    await expect.poll(async () => (await get('get', run_id)).status.state, { timeout: 30_000 }).toBe('TERMINATED');
    return get('get-output', (await get('get', run_id)).tasks[0].run_id);
  };
  const GET = 'provider = dbutils.credentials.getServiceCredentialsProvider("aml")\n';

  test('a credential gives tokens that end, and a new one each time it is asked', async () => {
    await workspace.call('POST', CREDENTIALS, body('aml'));
    const { notebook_output } = await run(
      `import json, time\n${GET}one = provider.get_token("https://management.azure.com/.default")
time.sleep(max(0, one.expires_on - time.time()) + 0.1)
two = provider.get_token("https://management.azure.com/.default")
print(one.token)
dbutils.notebook.exit(json.dumps([one.token, two.token]))\n`,
    );
    const [one, two] = JSON.parse(notebook_output.result);
    const find = (token: string) => workspace.tokens.find(`Bearer ${token}`, AUDIENCES.management)?.kind;
    expect(find(one)).toBe('expired');
    expect(two).not.toBe(one);
  });

  test.each([
    [
      'one that does not exist',
      'dbutils.credentials.getServiceCredentialsProvider("none")\n',
      {},
      "Credential 'none' does not exist",
    ],
    ['a service that does not exist', `${GET}provider.get_token("https://x.test/.default")\n`, {}, 'AADSTS500011'],
    [
      'a runtime that is too old',
      GET,
      { new_cluster: { spark_version: '15.3.x-scala2.12', node_type_id: 'n', num_workers: 0 } },
      "no attribute 'credentials'",
    ],
  ])('%s is an error', async (_what, text, task, error) => {
    expect((await run(text, task)).error).toContain(error);
  });
});
