import type { SandboxRequest } from '../router.ts';
import { type Fields, findFlag, findInteger, getInteger, readFields, toFields } from './body.ts';
import { JOBS_APIS } from './job-routes.ts';
import { getJob } from './jobs.ts';
import { requireOnJob } from './object-rights.ts';
import { describeRun, describeTask } from './run-view.ts';
import { deleteRun, getRun, listRuns, runNow, submitRun } from './runs.ts';
import { invalid } from './service-error.ts';
import type { Run } from './state.ts';
import { readOutput } from './task-output.ts';
import type { Call, DatabricksRoute } from './world.ts';

/** `jobs/run-now` and `jobs/runs/*`. */
export const runRoutes: readonly DatabricksRoute[] = JOBS_APIS.flatMap((api): DatabricksRoute[] => [
  post(`${api}/run-now`, (call, fields) => {
    const job = getJob(call, getInteger(fields, 'job_id'));
    requireOnJob(call, job, 'CAN_MANAGE_RUN');
    const { id } = runNow(call, job, fields);
    return { run_id: id, number_in_job: id };
  }),
  post(`${api}/runs/submit`, (call, fields) => ({ run_id: submitRun(call, fields).id })),
  post(`${api}/runs/cancel`, (call, fields) => {
    const { run } = getRun(call, getInteger(fields, 'run_id'));
    requireOnRun(call, run, 'CAN_MANAGE_RUN');
    call.runs.cancel(run);
    return {};
  }),
  post(`${api}/runs/cancel-all`, (call, fields) => {
    const jobId = findInteger(fields, 'job_id');
    if (jobId !== undefined) requireOnJob(call, getJob(call, jobId), 'CAN_MANAGE_RUN');
    else if (!findFlag(fields, 'all_queued_runs')) throw invalid('Missing required field: job_id');
    const wanted = Object.values(call.store.data.runs).filter((run) =>
      jobId === undefined ? run.phase === 'waiting' : run.jobId === jobId,
    );
    // Newest first: those that wait must not start when their predecessors end.
    for (const run of wanted.sort((a, b) => b.id - a.id)) call.runs.cancel(run);
    return {};
  }),
  post(`${api}/runs/delete`, (call, fields) => {
    const { run } = getRun(call, getInteger(fields, 'run_id'));
    requireOnRun(call, run, 'CAN_MANAGE_RUN');
    deleteRun(call, run);
    return {};
  }),
  get(`${api}/runs/get`, (call, query, origin) => {
    const { run, task } = getRun(call, getInteger(query, 'run_id'));
    requireOnRun(call, run, 'CAN_VIEW');
    const described = describeRun(call, run, origin, true);
    if (!task) return described;
    // Asked for a task's run, the service shows it as a run of its own.
    return { ...described, ...describeTask(run, task, String(described.run_page_url)), tasks: undefined };
  }),
  get(`${api}/runs/list`, (call, query, origin) => {
    const { runs, next } = listRuns(call, query);
    const withTasks = findFlag(query, 'expand_tasks');
    return {
      ...(runs.length > 0 ? { runs: runs.map((run) => describeRun(call, run, origin, withTasks)) } : {}),
      has_more: next !== undefined,
      ...(next === undefined ? {} : { next_page_token: String(next) }),
    };
  }),
  get(`${api}/runs/get-output`, getOutput),
]);

function getOutput(call: Call, query: Fields, origin: string): Fields {
  const { run, task } = getRun(call, getInteger(query, 'run_id'));
  requireOnRun(call, run, 'CAN_VIEW');
  if (!task) {
    throw invalid(
      'Retrieving the output of runs with multiple tasks is not supported. ' +
        'Please retrieve the output of each individual task run instead.',
    );
  }
  const { result, truncated = false, error, trace } = readOutput(call, task.id);
  const described = describeRun(call, run, origin, false);
  return {
    metadata: { ...described, ...describeTask(run, task, String(described.run_page_url)) },
    notebook_output: result === undefined ? {} : { result, truncated },
    ...(error === undefined ? {} : { error }),
    ...(trace === undefined ? {} : { error_trace: trace }),
  };
}

function get(template: string, read: (call: Call, query: Fields, origin: string) => Fields): DatabricksRoute {
  return {
    method: 'GET',
    template,
    handle: (request, _params, call) => ({
      status: 200,
      body: read(call, toFields(request.query), toOrigin(request)),
    }),
  };
}

function post(template: string, work: (call: Call, fields: Fields) => Fields): DatabricksRoute {
  return {
    method: 'POST',
    template,
    handle: (request, _params, call) => ({ status: 200, body: work(call, readFields(request)) }),
  };
}

/** A one-time run has no job whose rights would count. */
function requireOnRun(call: Call, run: Run, level: 'CAN_VIEW' | 'CAN_MANAGE_RUN'): void {
  const job = call.store.data.jobs[run.jobId ?? 0];
  if (job) requireOnJob(call, job, level);
}

function toOrigin(request: SandboxRequest): string {
  return `http://${request.headers.host ?? '127.0.0.1'}`;
}
