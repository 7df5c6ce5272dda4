import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIENCES } from '../sign-in/audiences.ts';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const TASKS = [{ task_key: 't', notebook_task: { notebook_path: '/Shared/x' } }];

/** What the identity of a pipeline may do, from each object alone. */
let workspace: TestWorkspace;
beforeAll(async () => {
  workspace = await startTestWorkspace(async () => ({ code: 'SUCCESS', message: '' }));
  workspace.push('main', { 'a.txt': 'a' });
  const members = '/api/2.0/preview/scim/v2/ServicePrincipals';
  await workspace.call('POST', members, { applicationId: ID, displayName: 'ci' });
  await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/models/integration/deep' });
  await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/models/other' });
});
afterAll(() => workspace.stop());

const asApplication = async (method: string, path: string, body?: unknown) => {
  const subject = { kind: 'application', id: ID, tenant: 't', name: 'ci' } as const;
  const { text } = workspace.tokens.grant(subject, AUDIENCES.databricks, 60);
  const response = await fetch(workspace.address + path, {
    method,
    headers: { authorization: `Bearer ${text}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const grant = (type: string, id: unknown, permission_level: string) =>
  workspace.call('PATCH', `/api/2.0/permissions/${type}/${id}`, {
    access_control_list: [{ service_principal_name: ID, permission_level }],
  });
const statusOf = (path: string) => workspace.call('GET', `/api/2.0/workspace/get-status?path=${path}`);
const put = (path: string) =>
  asApplication('POST', '/api/2.0/workspace/import', { path, content: '', format: 'AUTO', overwrite: true });

test('a job: seen, run and changed by who was granted each', async () => {
  const { job_id } = (await workspace.call('POST', '/api/2.2/jobs/create', { name: 'train', tasks: TASKS })).body;
  const see = () => asApplication('GET', `/api/2.2/jobs/get?job_id=${job_id}`);
  const run = () => asApplication('POST', '/api/2.2/jobs/run-now', { job_id });
  const change = () => asApplication('POST', '/api/2.2/jobs/update', { job_id, new_settings: { name: 'mine' } });
  const list = async () => (await asApplication('GET', '/api/2.2/jobs/list?name=train')).body.jobs;
  expect(await see()).toMatchObject({ status: 403, body: { error_code: 'PERMISSION_DENIED' } });
  expect(await list()).toBeUndefined();
  await grant('jobs', job_id, 'CAN_VIEW');
  expect((await see()).status).toBe(200);
  expect(await list()).toHaveLength(1);
  expect((await run()).status).toBe(403);
  await grant('jobs', job_id, 'CAN_MANAGE_RUN');
  const { run_id } = (await run()).body;
  expect((await asApplication('GET', `/api/2.2/jobs/runs/get?run_id=${run_id}`)).status).toBe(200);
  expect((await change()).status).toBe(403);
  const more = { access_control_list: [{ service_principal_name: ID, permission_level: 'CAN_MANAGE' }] };
  expect((await asApplication('PATCH', `/api/2.0/permissions/jobs/${job_id}`, more)).status).toBe(403);
});

test('a folder: a grant holds for what lies in it, and for nothing beside it', async () => {
  const integration = (await statusOf('/models/integration')).body.object_id;
  expect((await put('/models/integration/deep/a.txt')).status).toBe(404);
  await grant('directories', integration, 'CAN_READ');
  expect((await put('/models/integration/deep/a.txt')).status).toBe(403);
  await grant('directories', integration, 'CAN_MANAGE');
  expect((await put('/models/integration/deep/a.txt')).status).toBe(200);
  expect((await put('/models/other/a.txt')).status).toBe(404);
  expect((await asApplication('POST', '/api/2.0/workspace/mkdirs', { path: '/models/other/b' })).status).toBe(404);
  const gone = { path: '/models/integration/deep', recursive: true };
  expect((await asApplication('POST', '/api/2.0/workspace/delete', gone)).status).toBe(200);
});

test('a Git folder: moved by who may edit it', async () => {
  const folder = { url: workspace.url, provider: 'azureDevOpsServices', path: '/models/main' };
  expect((await asApplication('POST', '/api/2.0/repos', folder)).status).toBe(404);
  const { id } = (await workspace.call('POST', '/api/2.0/repos', folder)).body;
  const move = () => asApplication('PATCH', `/api/2.0/repos/${id}`, { branch: 'main' });
  expect((await move()).status).toBe(404);
  await grant('repos', id, 'CAN_READ');
  expect((await asApplication('GET', `/api/2.0/repos/${id}`)).status).toBe(200);
  expect((await move()).status).toBe(403);
  await grant('repos', id, 'CAN_MANAGE');
  expect((await move()).status).toBe(200);
});

test('the shared folder is everybody’s, and so is what one has made', async () => {
  expect((await put('/Shared/a.txt')).status).toBe(200);
  const { job_id } = (await asApplication('POST', '/api/2.2/jobs/create', { name: 'own', tasks: TASKS })).body;
  expect((await asApplication('POST', '/api/2.2/jobs/delete', { job_id })).status).toBe(200);
});
