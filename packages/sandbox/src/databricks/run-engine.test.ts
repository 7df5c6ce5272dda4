import { afterEach, expect, test } from 'vitest';
import type { TaskEnd, TaskWork } from './run-engine.ts';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

/** A task that waits for the test to say how it ends. */
interface Pending extends TaskWork {
  readonly end: (end: TaskEnd) => void;
}

const GOOD = { code: 'SUCCESS', message: '' };
const BAD = { code: 'RUN_EXECUTION_ERROR', message: 'Workload failed' };

let workspace: TestWorkspace;
let pending: Pending[];

async function start(): Promise<void> {
  pending = [];
  workspace = await startTestWorkspace((work) => {
    work.onStart(0);
    return new Promise((resolve) => {
      pending.push({ ...work, end: resolve });
      work.signal.addEventListener('abort', () => resolve({ code: 'RUN_EXECUTION_ERROR', message: 'interrupted' }));
    });
  });
}
afterEach(() => workspace.stop());

const post = (verb: string, body: unknown) => workspace.call('POST', `/api/2.2/jobs/${verb}`, body);
const getRun = async (id: number) => (await workspace.call('GET', `/api/2.2/jobs/runs/get?run_id=${id}`)).body;
const task = (key: string, more: object = {}) => ({
  task_key: key,
  notebook_task: { notebook_path: '/Shared/x' },
  ...more,
});
const createJob = async (settings: object = {}) =>
  (await post('create', { name: 'j', tasks: [task('a')], ...settings })).body.job_id as number;
const runNow = async (job_id: number, more: object = {}) =>
  (await post('run-now', { job_id, ...more })).body.run_id as number;
const finish = (key: string, end: TaskEnd) => pending.findLast(({ taskRun }) => taskRun.key === key)?.end(end);
const started = (count: number) => expect.poll(() => pending.map(({ taskRun }) => taskRun.key)).toHaveLength(count);
const stateOf = async (id: number) => {
  const { status } = await getRun(id);
  return status.termination_details?.code ?? status.state;
};

test('a run goes from pending through running to its end, in both forms', async () => {
  await start();
  const id = await runNow(await createJob({ parameters: [{ name: 'mode', default: 'full' }] }), {
    job_parameters: { extra: 'x' },
  });
  await started(1);
  expect(pending[0]?.run.parameters).toEqual({ mode: 'full', extra: 'x' });
  expect(await getRun(id)).toMatchObject({
    status: { state: 'RUNNING' },
    state: { life_cycle_state: 'RUNNING' },
    job_parameters: [
      { name: 'mode', default: 'full', value: 'full' },
      { name: 'extra', value: 'x' },
    ],
  });
  finish('a', { ...GOOD, output: { result: 'done' } });
  await expect.poll(() => stateOf(id)).toBe('SUCCESS');
  const run = await getRun(id);
  expect(run).toMatchObject({
    status: { state: 'TERMINATED', termination_details: { code: 'SUCCESS', type: 'SUCCESS' } },
    state: { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' },
    creator_user_name: 'you@sandbox.test',
  });
  const output = `/api/2.2/jobs/runs/get-output?run_id=${run.tasks[0].run_id}`;
  expect((await workspace.call('GET', output)).body).toMatchObject({
    notebook_output: { result: 'done', truncated: false },
  });
  expect((await workspace.call('GET', `/api/2.2/jobs/runs/get-output?run_id=${id}`)).status).toBe(400);
});

test('a failed task: the old form says INTERNAL_ERROR, the new one TERMINATED', async () => {
  await start();
  const id = await runNow(await createJob());
  await started(1);
  finish('a', BAD);
  await expect.poll(() => stateOf(id)).toBe('RUN_EXECUTION_ERROR');
  expect(await getRun(id)).toMatchObject({
    status: { state: 'TERMINATED', termination_details: { type: 'CLIENT_ERROR' } },
    state: { life_cycle_state: 'INTERNAL_ERROR', result_state: 'FAILED' },
  });
});

test('with a queue the second run waits for the first; without one it is skipped', async () => {
  await start();
  const job = await createJob({ queue: { enabled: true } });
  const first = await runNow(job);
  const second = await runNow(job);
  expect(await getRun(second)).toMatchObject({
    status: { state: 'QUEUED', queue_details: { code: 'MAX_CONCURRENT_RUNS_REACHED' } },
    state: { life_cycle_state: 'QUEUED' },
  });
  const third = await runNow(job, { queue: { enabled: false } });
  expect(await getRun(third)).toMatchObject({
    status: { state: 'TERMINATED', termination_details: { code: 'MAX_CONCURRENT_RUNS_EXCEEDED' } },
    state: { life_cycle_state: 'SKIPPED' },
  });
  await started(1);
  finish('a', GOOD);
  await started(2);
  expect(await stateOf(first)).toBe('SUCCESS');
  expect(await stateOf(second)).toBe('RUNNING');
});

test('the same idempotency token gives the same run, and none once that is deleted', async () => {
  await start();
  const job = await createJob();
  const ids = await Promise.all([1, 2, 3].map(() => runNow(job, { idempotency_token: 't' })));
  expect(new Set(ids).size).toBe(1);
  expect((await post('runs/delete', { run_id: ids[0] })).status).toBe(400);
  await started(1);
  finish('a', GOOD);
  await expect.poll(() => stateOf(ids[0] ?? 0)).toBe('SUCCESS');
  expect((await post('runs/delete', { run_id: ids[0] })).status).toBe(200);
  expect((await post('run-now', { job_id: job, idempotency_token: 't' })).status).toBe(400);
  expect((await post('run-now', { job_id: job, idempotency_token: 'x'.repeat(65) })).status).toBe(400);
  expect(await workspace.call('GET', `/api/2.2/jobs/runs/get?run_id=${ids[0]}`)).toMatchObject({
    status: 400,
    body: { error_code: 'INVALID_PARAMETER_VALUE', message: `Run ${ids[0]} does not exist.` },
  });
});

test('cancelling ends what runs, and what waits', async () => {
  await start();
  const job = await createJob({ queue: { enabled: true } });
  const first = await runNow(job);
  const second = await runNow(job);
  await started(1);
  expect(await post('runs/cancel', { run_id: second })).toEqual({ status: 200, body: {} });
  expect(await getRun(second)).toMatchObject({
    status: { state: 'TERMINATED', termination_details: { code: 'USER_CANCELED' } },
    state: { life_cycle_state: 'TERMINATED', result_state: 'CANCELED' },
  });
  await post('runs/cancel', { run_id: first });
  await expect.poll(() => stateOf(first)).toBe('USER_CANCELED');
  expect((await post('runs/cancel', { run_id: first })).status).toBe(200);
  expect(pending).toHaveLength(1);
});

test('deleting a job cancels its runs', async () => {
  await start();
  const job = await createJob({ queue: { enabled: true } });
  const ids = [await runNow(job), await runNow(job)];
  await started(1);
  await post('delete', { job_id: job });
  for (const id of ids) await expect.poll(() => stateOf(id)).toBe('USER_CANCELED');
  expect(pending).toHaveLength(1);
});

test('time limits: of the run and of a task', async () => {
  await start();
  const run = await runNow(await createJob({ timeout_seconds: 1 }));
  const other = await runNow(await createJob({ tasks: [task('a', { timeout_seconds: 1, max_retries: 3 })] }));
  await expect.poll(() => stateOf(run), { timeout: 5000 }).toBe('CANCELED');
  expect((await getRun(run)).state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'TIMEDOUT' });
  await expect.poll(() => stateOf(other), { timeout: 5000 }).toBe('CANCELED');
});

test('a failed task is tried again as often as it may be', async () => {
  await start();
  const id = await runNow(await createJob({ tasks: [task('a', { max_retries: 2, min_retry_interval_millis: 5 })] }));
  for (let count = 1; count <= 2; count++) {
    await started(count);
    finish('a', BAD);
  }
  await started(3);
  finish('a', GOOD);
  await expect.poll(() => stateOf(id)).toBe('SUCCESS');
  expect((await getRun(id)).tasks).toMatchObject([{ task_key: 'a', attempt_number: 2 }]);
});

test('tasks start in their order, and not at all behind a failed one', async () => {
  await start();
  const tasks = [
    task('first'),
    task('left', { depends_on: [{ task_key: 'first' }] }),
    task('right', { depends_on: [{ task_key: 'first' }] }),
    task('never', { depends_on: [{ task_key: 'left' }] }),
    task('always', { depends_on: [{ task_key: 'never' }, { task_key: 'right' }], run_if: 'ALL_DONE' }),
  ];
  const id = await runNow(await createJob({ tasks }));
  await started(1);
  expect((await getRun(id)).tasks[1].status.state).toBe('BLOCKED');
  finish('first', GOOD);
  await started(3);
  finish('left', BAD);
  finish('right', GOOD);
  await started(4);
  finish('always', GOOD);
  await expect.poll(() => stateOf(id)).toBe('SUCCESS_WITH_FAILURES');
  expect((await getRun(id)).tasks[3].state.result_state).toBe('UPSTREAM_FAILED');
});

test('runs are listed newest first, in pages, by job and by state', async () => {
  await start();
  const job = await createJob({ max_concurrent_runs: 10 });
  const ids = [];
  for (let count = 0; count < 3; count++) ids.push(await runNow(job));
  await runNow(await createJob());
  await started(4);
  const list = async (query: string) => (await workspace.call('GET', `/api/2.2/jobs/runs/list?${query}`)).body;
  const first = await list(`job_id=${job}&limit=2&active_only=true`);
  const second = await list(`job_id=${job}&limit=2&expand_tasks=true&page_token=${first.next_page_token}`);
  expect([...first.runs, ...second.runs].map(({ run_id }: { run_id: number }) => run_id)).toEqual(ids.reverse());
  expect(second).toMatchObject({ has_more: false, runs: [{ tasks: [{ task_key: 'a' }] }] });
  expect(await list('completed_only=true')).toEqual({ has_more: false });
  await post('runs/cancel-all', { job_id: job });
  await expect.poll(async () => (await list('active_only=true')).runs?.length).toBe(1);
});

test('a stop ends what runs; the queue goes on after the next start', async () => {
  await start();
  const job = await createJob({ queue: { enabled: true } });
  const first = await runNow(job);
  const second = await runNow(job);
  await started(1);
  await workspace.restart();
  expect(await stateOf(first)).toBe('CANCELED');
  await started(2);
  finish('a', GOOD);
  await expect.poll(() => stateOf(second)).toBe('SUCCESS');
});

test('bad requests to start a run', async () => {
  await start();
  const job = await createJob({ parameters: [{ name: 'mode', default: 'full' }] });
  for (const body of [
    {},
    { job_id: 17 },
    { job_id: job, job_parameters: { mode: 1 } },
    { job_id: job, notebook_params: { mode: 'x' } },
    { job_id: job, only: ['none'] },
  ]) {
    expect(await post('run-now', body), JSON.stringify(body)).toMatchObject({ status: 400 });
  }
  expect(await post('runs/cancel', { run_id: 5 })).toMatchObject({ status: 400 });
  expect((await workspace.call('POST', '/api/2.2/jobs/run-now', { job_id: job }, 'reader')).status).toBe(403);
});
