import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../../../../test/require-tool.ts';
import { makeIdentities } from '../identities.ts';
import { findChild, isAlive } from './test-processes.ts';

/** Serves a workspace in a process of its own, so that it can be killed. */
const PROGRAM = `
  const [service, router, folder, identities] = process.argv.slice(1);
  const { databricksService } = await import(service);
  const { listen } = await import(router);
  const known = JSON.parse(identities);
  const gitRepositories = { resolve: () => undefined };
  const server = await listen(databricksService({ folder, identities: () => known, gitRepositories }), 0);
  console.log(server.address().port);
`;

requireTool('python3')('after kill -9', () => {
  const folder = mkdtempSync(join(tmpdir(), 'databricks-crash-'));
  const identities = makeIdentities();
  let server: ChildProcess;
  let port = '';

  const start = async () => {
    const paths = ['./service.ts', '../router.ts'].map((path) => new URL(path, import.meta.url).href);
    const args = ['--input-type=module', '-e', PROGRAM, ...paths, folder, JSON.stringify(identities)];
    server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    [port] = (await once(lines, 'line')) as [string];
  };
  const kill = async () => {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  // biome-ignore lint/suspicious/noExplicitAny: replies of many shapes
  const call = async (method: string, path: string, body?: unknown): Promise<any> => {
    const headers = { authorization: `Bearer ${identities[0]?.token}` };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...sent })).json();
  };
  beforeAll(start);
  afterAll(async () => {
    if (server.exitCode === null && server.signalCode === null) await kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the notebook has ended, its run says so, and the queue goes on', async () => {
    const text =
      '# Databricks notebook source\nimport os, time\nprint(os.getpid())\ntime.sleep(float(dbutils.widgets.get("seconds")))\n';
    const content = Buffer.from(text).toString('base64');
    await call('POST', '/api/2.0/workspace/import', { path: '/Shared/long.py', content, format: 'AUTO' });
    const parameters = [{ name: 'seconds', default: '600' }];
    const tasks = [{ task_key: 't', notebook_task: { notebook_path: '/Shared/long' } }];
    const { job_id } = await call('POST', '/api/2.2/jobs/create', { tasks, parameters, queue: { enabled: true } });
    const first = await call('POST', '/api/2.2/jobs/run-now', { job_id, idempotency_token: 'a' });
    const second = await call('POST', '/api/2.2/jobs/run-now', { job_id, job_parameters: { seconds: '0' } });
    const get = async (id: number) => (await call('GET', `/api/2.2/jobs/runs/get?run_id=${id}`)).status;
    await expect.poll(async () => (await get(first.run_id)).state, { timeout: 20_000 }).toBe('RUNNING');
    expect((await get(second.run_id)).state).toBe('QUEUED');
    const python = findChild(server.pid ?? 0);
    expect(isAlive(python)).toBe(true);
    await kill();
    await expect.poll(() => isAlive(python), { timeout: 5000 }).toBe(false);

    await start();
    expect(await get(first.run_id)).toMatchObject({
      state: 'TERMINATED',
      termination_details: { code: 'INTERNAL_ERROR' },
    });
    await expect
      .poll(async () => (await get(second.run_id)).termination_details?.code, { timeout: 20_000 })
      .toBe('SUCCESS');
    const again = await call('POST', '/api/2.2/jobs/run-now', { job_id, idempotency_token: 'a' });
    expect(again.run_id).toBe(first.run_id);
  });
});
