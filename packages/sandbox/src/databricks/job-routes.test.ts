import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

let workspace: TestWorkspace;
beforeAll(async () => {
  workspace = await startTestWorkspace();
});
afterAll(() => workspace.stop());

const CLUSTER = { spark_version: '17.3.x-cpu-ml-scala2.13', node_type_id: 'Standard_D4ds_v5', num_workers: 0 };
const SETTINGS = {
  name: 'price-train',
  parameters: [{ name: 'mode', default: 'full' }],
  job_clusters: [{ job_cluster_key: 'train', new_cluster: CLUSTER }],
  tasks: [{ task_key: 'train', job_cluster_key: 'train', notebook_task: { notebook_path: '/Shared/x/model_train' } }],
  tags: { owner: 'us' },
  some_future_field: { kept: true },
};

const post = (verb: string, body: unknown, who?: string) => workspace.call('POST', `/api/2.2/jobs/${verb}`, body, who);
const get = (id: number) => workspace.call('GET', `/api/2.2/jobs/get?job_id=${id}`);
const create = async (settings: object = SETTINGS) => (await post('create', settings)).body.job_id as number;

test('a job is given back as it was sent, with what the service fills in and who made it', async () => {
  const { status, body } = await get(await create());
  expect(status).toBe(200);
  expect(body).toMatchObject({
    creator_user_name: 'you@sandbox.test',
    settings: { ...SETTINGS, format: 'MULTI_TASK' },
  });
  expect(body.settings.tasks[0].notebook_task.source).toBe('WORKSPACE');
});

test('names are not unique; a list by name is exact, ignores case, and comes in pages', async () => {
  const ids = [];
  for (let count = 0; count < 3; count++) ids.push(await create({ ...SETTINGS, name: 'Same-Name' }));
  await create({ ...SETTINGS, name: 'same-name-2' });
  const first = (await workspace.call('GET', '/api/2.2/jobs/list?name=same-NAME&limit=2')).body;
  expect(first.has_more).toBe(true);
  expect(first.jobs[0].settings.tasks).toBeUndefined();
  const next = `/api/2.1/jobs/list?name=same-name&limit=2&expand_tasks=true&page_token=${first.next_page_token}`;
  const second = (await workspace.call('GET', next)).body;
  expect([...first.jobs, ...second.jobs].map(({ job_id }: { job_id: number }) => job_id)).toEqual(ids.reverse());
  expect(second).toMatchObject({ has_more: false, jobs: [{ settings: { tasks: [{ task_key: 'train' }] } }] });
  expect(await workspace.call('GET', '/api/2.2/jobs/list?limit=101')).toMatchObject({ status: 400 });
  expect((await workspace.call('GET', '/api/2.2/jobs/list?name=none')).body).toEqual({ has_more: false });
});

test('reset replaces, update merges, delete removes', async () => {
  const id = await create({ ...SETTINGS, run_as: { user_name: 'you@sandbox.test' } });
  await post('reset', {
    job_id: id,
    new_settings: { name: 'other', tasks: SETTINGS.tasks, job_clusters: SETTINGS.job_clusters },
  });
  const reset = (await get(id)).body.settings;
  expect(reset).toMatchObject({ name: 'other', run_as: { user_name: 'you@sandbox.test' } });
  expect(reset.tags).toBeUndefined();
  const extra = { task_key: 'more', notebook_task: { notebook_path: '/Shared/y' } };
  await post('update', {
    job_id: id,
    new_settings: { tasks: [extra], timeout_seconds: 5 },
    fields_to_remove: ['run_as'],
  });
  const updated = (await get(id)).body.settings;
  expect(updated).toMatchObject({
    name: 'other',
    timeout_seconds: 5,
    tasks: [{ task_key: 'train' }, { task_key: 'more' }],
  });
  expect(updated.run_as).toBeUndefined();
  expect(await post('delete', { job_id: id })).toEqual({ status: 200, body: {} });
  expect(await get(id)).toMatchObject({
    status: 400,
    body: { error_code: 'INVALID_PARAMETER_VALUE', message: `Job ${id} does not exist.` },
  });
});

const task = (more: object) => ({ tasks: [{ task_key: 'a', notebook_task: { notebook_path: '/Shared/a' }, ...more }] });
test.each([
  ['no task key', { tasks: [{ notebook_task: { notebook_path: '/x' } }] }],
  ['a task key twice', { tasks: [...task({}).tasks, ...task({}).tasks] }],
  ['a task key with a space', task({ task_key: 'a b' })],
  ['no work', { tasks: [{ task_key: 'a' }] }],
  ['a relative notebook', task({ notebook_task: { notebook_path: 'x' } })],
  [
    'an absolute notebook from Git',
    { ...task({}), git_source: { git_url: 'u', git_provider: 'gitHub', git_branch: 'main' } },
  ],
  [
    'a Git source without provider',
    { ...task({ notebook_task: { notebook_path: 'x' } }), git_source: { git_url: 'u' } },
  ],
  ['an unknown job cluster', task({ job_cluster_key: 'none' })],
  ['a cluster without size', task({ new_cluster: { spark_version: 'x', node_type_id: 'y' } })],
  ['a cluster without version', task({ new_cluster: { node_type_id: 'y', num_workers: 1 } })],
  ['an unknown dependency', task({ depends_on: [{ task_key: 'none' }] })],
  ['a cycle', task({ depends_on: [{ task_key: 'a' }] })],
  ['a parameter without default', { parameters: [{ name: 'a' }] }],
  ['a parameter name with a space', { parameters: [{ name: 'a b', default: '' }] }],
  ['five cron fields', { schedule: { quartz_cron_expression: '0 6 * * 1', timezone_id: 'UTC' } }],
  ['an unknown time zone', { schedule: { quartz_cron_expression: '0 0 6 ? * MON', timezone_id: 'Nowhere/No' } }],
  ['26 tags', { tags: Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`t${index}`, 'x'])) }],
  ['a thousand and one at once', { max_concurrent_runs: 1001 }],
  ['text for a number', { timeout_seconds: 'soon' }],
])('%s is refused', async (_what, settings) => {
  expect(await post('create', settings)).toMatchObject({
    status: 400,
    body: { error_code: 'INVALID_PARAMETER_VALUE' },
  });
});

test('permissions: PATCH adds, PUT replaces, one owner stays', async () => {
  const id = await create();
  const path = `/api/2.0/permissions/jobs/${id}`;
  const pipelines = workspace.identities.find(({ key }) => key === 'pipelines')?.id;
  const run = { service_principal_name: pipelines, permission_level: 'CAN_MANAGE_RUN' };
  const patched = await workspace.call('PATCH', path, { access_control_list: [run] });
  expect(patched.body).toMatchObject({
    object_id: `/jobs/${id}`,
    object_type: 'job',
    access_control_list: [
      { user_name: 'you@sandbox.test', all_permissions: [{ permission_level: 'IS_OWNER', inherited: false }] },
      { service_principal_name: pipelines, all_permissions: [{ permission_level: 'CAN_MANAGE_RUN' }] },
      { group_name: 'admins', all_permissions: [{ permission_level: 'CAN_MANAGE', inherited: true }] },
    ],
  });
  expect(await workspace.call('PUT', path, { access_control_list: [run] })).toMatchObject({ status: 400 });
  const owner = { user_name: 'colleague@sandbox.test', permission_level: 'IS_OWNER' };
  await workspace.call('PUT', path, { access_control_list: [owner] });
  expect((await workspace.call('GET', path)).body.access_control_list).toHaveLength(2);
  const stranger = { user_name: 'nobody@sandbox.test', permission_level: 'CAN_VIEW' };
  expect(await workspace.call('PATCH', path, { access_control_list: [stranger] })).toMatchObject({ status: 404 });
  const applicationId = '6f0c1f3e-2f5b-4b8e-9a57-0d3c1d7d6c11';
  const robot = { service_principal_name: applicationId, permission_level: 'CAN_VIEW' };
  expect(await workspace.call('PATCH', path, { access_control_list: [robot] })).toMatchObject({ status: 404 });
  const members = '/api/2.0/preview/scim/v2/ServicePrincipals';
  expect((await workspace.call('POST', members, { applicationId, displayName: 'price-ci' })).status).toBe(201);
  expect((await workspace.call('PATCH', path, { access_control_list: [robot] })).status).toBe(200);
  const level = { user_name: 'you@sandbox.test', permission_level: 'CAN_READ' };
  expect(await workspace.call('PATCH', path, { access_control_list: [level] })).toMatchObject({ status: 400 });
});

test('permissions of folders', async () => {
  await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/Shared/open' });
  const { object_id } = (await workspace.call('GET', '/api/2.0/workspace/get-status?path=/Shared/open')).body;
  const everyone = { group_name: 'users', permission_level: 'CAN_RUN' };
  const path = `/api/2.0/permissions/directories/${object_id}`;
  expect(await workspace.call('PUT', path, { access_control_list: [everyone] })).toMatchObject({
    status: 200,
    body: { object_type: 'directory', access_control_list: [{ group_name: 'users' }, { group_name: 'admins' }] },
  });
  expect((await workspace.call('GET', '/api/2.0/permissions/repos/1')).status).toBe(404);
  expect((await workspace.call('GET', '/api/2.0/permissions/planets/1')).status).toBe(400);
});
