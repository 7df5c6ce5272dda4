import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

const NOTEBOOK = '# Databricks notebook source\nprint(1)\n';

let workspace: TestWorkspace;
let first: string;
beforeAll(async () => {
  workspace = await startTestWorkspace();
  first = workspace.push('main', { 'notebooks/model_train.py': NOTEBOOK, 'notebooks/data.py': 'X = 1\n' }, 'v1');
});
afterAll(() => workspace.stop());

const create = (path: string, url = workspace.url) =>
  workspace.call('POST', '/api/2.0/repos', { url, provider: 'azureDevOpsServices', path });

test('a Git folder is a checkout of the default branch', async () => {
  await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/Workspace/Shared/price' });
  const made = await create('/Shared/price/main');
  expect(made).toMatchObject({
    status: 200,
    body: { path: '/Shared/price/main', branch: 'main', head_commit_id: first, url: workspace.url },
  });
  const status = await workspace.call('GET', '/api/2.0/workspace/get-status?path=/Workspace/Shared/price/main');
  expect(status.body).toMatchObject({ object_type: 'DIRECTORY', object_id: made.body.id });
  expect((await workspace.call('GET', `/api/2.0/repos/${made.body.id}`)).body).toEqual(made.body);
  const listed = await workspace.call('GET', '/api/2.0/workspace/list?path=/Shared/price/main/notebooks');
  expect(listed.body.objects).toMatchObject([
    { path: '/Shared/price/main/notebooks/data.py', object_type: 'FILE' },
    { path: '/Shared/price/main/notebooks/model_train', object_type: 'NOTEBOOK', language: 'PYTHON' },
  ]);
});

test('under /Repos the object is a REPO and the path has a fixed shape', async () => {
  const made = await create('/Repos/you@sandbox.test/price');
  const status = await workspace.call('GET', '/api/2.0/workspace/get-status?path=/Repos/you@sandbox.test/price');
  expect(status.body).toMatchObject({ object_type: 'REPO', object_id: made.body.id });
  expect(await create('/Repos/price')).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
  const again = await create('/Repos/you@sandbox.test/price');
  expect(again).toMatchObject({ status: 400, body: { error_code: 'RESOURCE_ALREADY_EXISTS' } });
  expect(await create('/Shared/nowhere/x')).toMatchObject({ status: 404 });
  const listed = await workspace.call('GET', '/api/2.0/repos?path_prefix=/Workspace/Repos');
  expect(listed.body.repos).toEqual([made.body]);
});

test('a move follows the repository, refuses edits, and discards them only when told to', async () => {
  const { id } = (await create('/Shared/moving')).body;
  const second = workspace.push('main', { 'notebooks/data.py': 'X = 2\n' });
  expect(await workspace.call('PATCH', `/api/2.0/repos/${id}`, { branch: 'main' })).toEqual({ status: 200, body: {} });
  expect((await workspace.call('GET', `/api/2.0/repos/${id}`)).body.head_commit_id).toBe(second);

  const content = Buffer.from('X = 3\n').toString('base64');
  const edit = { path: '/Shared/moving/notebooks/data.py', content, format: 'RAW', overwrite: true };
  expect((await workspace.call('POST', '/api/2.0/workspace/import', edit)).status).toBe(200);
  const refused = await workspace.call('PATCH', `/api/2.0/repos/${id}`, { branch: 'main' });
  expect(refused).toMatchObject({ status: 400, body: { error_code: 'GIT_CONFLICT' } });
  expect(refused.body.message).toContain('notebooks/data.py');
  const forced = { branch: 'main', dangerously_force_discard_all: true };
  expect((await workspace.call('PATCH', `/api/2.0/repos/${id}`, forced)).status).toBe(200);
  const file = join(workspace.folder, 'workspace/Shared/moving/notebooks/data.py');
  expect(readFileSync(file, 'utf8')).toBe('X = 2\n');

  expect((await workspace.call('PATCH', `/api/2.0/repos/${id}`, { tag: 'v1' })).status).toBe(200);
  const onTag = (await workspace.call('GET', `/api/2.0/repos/${id}`)).body;
  expect(onTag.head_commit_id).toBe(first);
  expect(onTag.branch).toBeUndefined();
});

test('a branch that is missing is named, and nothing moves', async () => {
  const { id, head_commit_id } = (await create('/Shared/branches')).body;
  const missing = await workspace.call('PATCH', `/api/2.0/repos/${id}`, { branch: '--upload-pack=x' });
  expect(missing).toMatchObject({ status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST' } });
  expect((await workspace.call('GET', `/api/2.0/repos/${id}`)).body).toMatchObject({ branch: 'main', head_commit_id });
});

test('an empty repository gives a Git folder without a commit', async () => {
  const made = await create('/Shared/hollow', workspace.emptyUrl);
  expect(made).toMatchObject({ status: 200, body: { branch: 'main' } });
  expect(made.body.head_commit_id).toBeUndefined();
  expect((await workspace.call('PATCH', `/api/2.0/repos/${made.body.id}`, { branch: 'main' })).status).toBe(404);
});

test('a repository that is not there, or a credential that is not accepted, is refused', async () => {
  expect(await create('/Shared/strange', 'http://127.0.0.1:1/nobody')).toMatchObject({
    status: 403,
    body: { error_code: 'PERMISSION_DENIED' },
  });
  const wrong = { git_provider: 'AzureDevOpsServices', git_username: 'x', personal_access_token: 'not-a-token' };
  const stored = await workspace.call('POST', '/api/2.0/git-credentials', wrong, 'colleague');
  expect(stored).toMatchObject({ status: 200, body: { git_provider: 'azureDevOpsServices', git_username: 'x' } });
  expect(JSON.stringify(stored.body)).not.toContain('not-a-token');
  const body = { url: workspace.url, provider: 'azureDevOpsServices', path: '/Shared/theirs' };
  expect((await workspace.call('POST', '/api/2.0/repos', body, 'colleague')).status).toBe(403);
  const credential = `/api/2.0/git-credentials/${stored.body.credential_id}`;
  const right = { git_provider: 'azureDevOpsServices', personal_access_token: workspace.identities[1]?.token };
  expect((await workspace.call('PATCH', credential, right, 'colleague')).status).toBe(200);
  expect((await workspace.call('POST', '/api/2.0/repos', body, 'colleague')).status).toBe(200);
  expect((await workspace.call('DELETE', credential, undefined, 'colleague')).status).toBe(200);
  expect((await workspace.call('GET', '/api/2.0/git-credentials', undefined, 'colleague')).body).toEqual({});
});

test('a crash in the middle of a move or a clone is settled by the next start', async () => {
  const made = (await create('/Shared/crashed')).body;
  const state = join(workspace.folder, 'databricks.json');
  const data = JSON.parse(readFileSync(state, 'utf8'));
  data.gitFolders['/Shared/crashed'].settling = { commit: made.head_commit_id, branch: 'main' };
  data.gitFolders['/Shared/half'] = { ...data.gitFolders['/Shared/crashed'], id: 5 };
  writeFileSync(state, JSON.stringify(data));
  const checkout = join(workspace.folder, 'workspace/Shared/crashed');
  writeFileSync(join(checkout, 'notebooks/data.py'), 'half');
  writeFileSync(join(checkout, '.git/index.lock'), '');
  await workspace.restart();
  expect((await workspace.call('GET', `/api/2.0/repos/${made.id}`)).body).toEqual(made);
  expect((await workspace.call('PATCH', `/api/2.0/repos/${made.id}`, { branch: 'main' })).status).toBe(200);
  expect((await workspace.call('GET', '/api/2.0/repos/5')).status).toBe(404);
});

test('a removed Git folder is gone with its files', async () => {
  const { id } = (await create('/Shared/leaving')).body;
  expect((await workspace.call('DELETE', `/api/2.0/repos/${id}`)).status).toBe(200);
  expect(existsSync(join(workspace.folder, 'workspace/Shared/leaving'))).toBe(false);
  expect((await workspace.call('GET', `/api/2.0/repos/${id}`)).status).toBe(404);
});

test('two creates at once make one Git folder', async () => {
  const both = await Promise.all([create('/Shared/twice'), create('/Shared/twice')]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
});
