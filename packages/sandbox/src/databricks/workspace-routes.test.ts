import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

let workspace: TestWorkspace;
beforeAll(async () => {
  workspace = await startTestWorkspace();
});
afterAll(() => workspace.stop());

const post = (verb: string, body: unknown, who?: string) =>
  workspace.call('POST', `/api/2.0/workspace/${verb}`, body, who);
const get = (verb: string, query: Record<string, string>) =>
  workspace.call('GET', `/api/2.0/workspace/${verb}?${new URLSearchParams(query)}`);
const put = (path: string, text: string, more: Record<string, unknown> = {}) =>
  post('import', { path, content: Buffer.from(text).toString('base64'), format: 'AUTO', ...more });
const read = async (path: string, format: string) => {
  const { body } = await get('export', { path, format });
  return { text: Buffer.from(body.content, 'base64').toString('utf8'), type: body.file_type };
};

test('AUTO: the first line makes a notebook, and a notebook has no extension', async () => {
  await post('mkdirs', { path: '/Shared/auto/deep' });
  const source = '# Databricks notebook source\nx = 1\n';
  expect((await put('/Shared/auto/train.py', source)).status).toBe(200);
  expect((await put('/Workspace/Shared/auto/data.py', 'x = 2\n')).status).toBe(200);
  expect((await get('list', { path: '/Shared/auto' })).body.objects).toMatchObject([
    { path: '/Shared/auto/data.py', object_type: 'FILE', size: 6 },
    { path: '/Shared/auto/deep', object_type: 'DIRECTORY' },
    { path: '/Shared/auto/train', object_type: 'NOTEBOOK', language: 'PYTHON' },
  ]);
  expect(await read('/Shared/auto/train', 'SOURCE')).toEqual({ text: source, type: 'py' });
  expect(await read('/Shared/auto/data.py', 'AUTO')).toEqual({ text: 'x = 2\n', type: 'py' });
});

test('SOURCE needs a language, keeps the path and gains the notebook line', async () => {
  expect(await put('/Shared/plain.py', 'x = 1\n', { format: 'SOURCE' })).toMatchObject({ status: 400 });
  expect((await put('/Shared/plain.py', 'x = 1\n', { format: 'SOURCE', language: 'PYTHON' })).status).toBe(200);
  expect((await get('get-status', { path: '/Shared/plain.py' })).body).toMatchObject({ object_type: 'NOTEBOOK' });
  expect((await read('/Shared/plain.py', 'SOURCE')).text).toBe('# Databricks notebook source\nx = 1\n');
});

test('RAW stays a file, whatever its first line says', async () => {
  await put('/Shared/raw.py', '# Databricks notebook source\n', { format: 'RAW' });
  expect((await get('get-status', { path: '/Shared/raw.py' })).body).toMatchObject({ object_type: 'FILE' });
});

test('JUPYTER goes in and out, as itself and as source', async () => {
  const cells = [
    { cell_type: 'markdown', source: ['# Title\n', 'text'] },
    { cell_type: 'code', source: 'print(1)\n%pip list' },
    { cell_type: 'code', source: ['%pip install x'] },
  ];
  expect((await put('/Shared/paper', JSON.stringify({ cells, nbformat: 4 }), { format: 'JUPYTER' })).status).toBe(200);
  const { text } = await read('/Shared/paper', 'SOURCE');
  expect(text).toContain('# MAGIC %md\n# MAGIC # Title\n# MAGIC text\n\n# COMMAND ----------\n\nprint(1)');
  expect(text).toContain('# MAGIC %pip install x');
  await put('/Shared/back', text, { format: 'SOURCE', language: 'PYTHON' });
  const back = JSON.parse((await read('/Shared/back', 'JUPYTER')).text);
  expect(back.cells).toMatchObject([
    { cell_type: 'markdown', source: ['# Title\n', 'text'] },
    { cell_type: 'code' },
    { cell_type: 'code', source: ['%pip install x'] },
  ]);
  expect(await put('/Shared/bad', 'no', { format: 'JUPYTER' })).toMatchObject({ status: 400 });
});

test('what is there is replaced only when told to, and never by another type', async () => {
  await put('/Shared/same.txt', 'one');
  expect(await put('/Shared/same.txt', 'two')).toMatchObject({
    status: 400,
    body: { error_code: 'RESOURCE_ALREADY_EXISTS' },
  });
  const before = (await get('get-status', { path: '/Shared/same.txt' })).body.object_id;
  expect((await put('/Shared/same.txt', 'two', { overwrite: true })).status).toBe(200);
  expect((await get('get-status', { path: '/Shared/same.txt' })).body.object_id).toBe(before);
  expect((await read('/Shared/same.txt', 'AUTO')).text).toBe('two');
  const other = { format: 'SOURCE', language: 'PYTHON', overwrite: true };
  expect(await put('/Shared/same.txt', 'x', other)).toMatchObject({ status: 400 });
  expect(await post('mkdirs', { path: '/Shared/same.txt/x' })).toMatchObject({
    status: 400,
    body: { error_code: 'RESOURCE_ALREADY_EXISTS' },
  });
});

test('no parent is made on import, and 10 MB is the limit', async () => {
  expect(await put('/Shared/none/x.txt', 'x')).toMatchObject({
    status: 404,
    body: { error_code: 'RESOURCE_DOES_NOT_EXIST' },
  });
  const big = 'x'.repeat(10 * 1024 * 1024);
  expect((await put('/Shared/big.txt', big)).status).toBe(200);
  expect(await put('/Shared/bigger.txt', `${big}x`)).toMatchObject({
    status: 400,
    body: { error_code: 'MAX_NOTEBOOK_SIZE_EXCEEDED' },
  });
});

test('a folder with content goes only recursively; the folders of the service stay', async () => {
  await post('mkdirs', { path: '/Shared/going/deep' });
  await put('/Shared/going/x.txt', 'x');
  expect(await post('delete', { path: '/Shared/going' })).toMatchObject({
    status: 400,
    body: { error_code: 'DIRECTORY_NOT_EMPTY' },
  });
  expect((await post('delete', { path: '/Shared/going', recursive: true })).status).toBe(200);
  expect(await get('get-status', { path: '/Shared/going' })).toMatchObject({
    status: 404,
    body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: "Path (/Shared/going) doesn't exist." },
  });
  expect(await post('delete', { path: '/Shared', recursive: true })).toMatchObject({ status: 400 });
});

test('paths that lead out are refused', async () => {
  for (const path of ['/Shared/../../x', '/Shared/./x', 'Shared/x', '/Shared//x', '/Shared/.git/x', '/Shared/\0']) {
    expect(await put(path, 'x'), path).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
  }
});

test('bad requests are answered with the service’s errors', async () => {
  expect(await post('import', { path: '/Shared/b', content: '!!', format: 'RAW' })).toMatchObject({ status: 400 });
  expect(await put('/Shared/x', 'x', { format: 'DBC' })).toMatchObject({ status: 400 });
  expect(await workspace.call('GET', '/api/2.0/nothing')).toMatchObject({ status: 404 });
  expect(await workspace.call('GET', '/api/2.0/workspace/list?path=/', undefined, 'nobody')).toMatchObject({
    status: 401,
  });
  expect(await post('mkdirs', { path: '/Shared/mine' }, 'reader')).toMatchObject({
    status: 403,
    body: { error_code: 'PERMISSION_DENIED' },
  });
  const basic = Buffer.from(`:${workspace.identities[0]?.token}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  expect((await fetch(`${workspace.address}/api/2.0/preview/scim/v2/Me`, { headers })).status).toBe(401);
});

test('state survives a restart', async () => {
  await put('/Shared/kept.py', '# Databricks notebook source\n1\n');
  const before = (await get('get-status', { path: '/Shared/kept' })).body;
  await workspace.restart();
  expect((await get('get-status', { path: '/Shared/kept' })).body).toEqual(before);
});
