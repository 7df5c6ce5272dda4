import { type Fields, findInteger, findText, isFields } from './body.ts';
import { checkJobSettings } from './job-settings.ts';
import { toTaskRun } from './run-engine.ts';
import { invalid, ServiceError } from './service-error.ts';
import type { Job, Run, TaskRun } from './state.ts';
import { removeOutput } from './task-output.ts';
import { type Call, takeId, type World } from './world.ts';

/** A run by its own id or that of one of its tasks. @throws 400, as the service does, when there is none */
export function getRun(world: World, id: number): { run: Run; task?: TaskRun } {
  const run = world.store.data.runs[id];
  if (run) return { run };
  for (const other of Object.values(world.store.data.runs)) {
    const task = other.tasks.find((one) => one.id === id);
    if (task) return { run: other, task };
  }
  throw invalid(`Run ${id} does not exist.`);
}

/** `run-now`: the same token gives the same run. */
export function runNow(call: Call, job: Job, fields: Fields): Run {
  return once(call, `${job.id}/`, fields, (remember) => {
    const declared = toDeclared(job.settings);
    const { settings, ...rest } = toRequested(job, fields, declared);
    const parameters = { ...declared, ...rest.parameters };
    const queue = isFields(fields.queue) ? fields.queue : isFields(settings.queue) ? settings.queue : {};
    return start(call, { jobId: job.id, settings, parameters, queueEnabled: queue.enabled === true, remember });
  });
}

/** `runs/submit`: a run without a job. */
export function submitRun(call: Call, fields: Fields): Run {
  return once(call, '', fields, (remember) => {
    const { idempotency_token: _token, access_control_list: _list, run_name, ...rest } = fields;
    const settings = { ...rest, name: run_name ?? 'Untitled' };
    checkJobSettings(settings);
    if (!Array.isArray(fields.tasks) || fields.tasks.length === 0) throw invalid('Missing required field: tasks');
    return start(call, { settings, parameters: {}, queueEnabled: true, remember });
  });
}

/** Forgets a run that has ended. */
export function deleteRun(world: World, run: Run): void {
  if (run.phase !== 'ended') {
    throw new ServiceError(400, 'INVALID_STATE', `Run ${run.id} is still active and cannot be deleted.`);
  }
  for (const { id } of run.tasks) removeOutput(world, id);
  delete world.store.data.runs[run.id];
  world.store.save();
}

interface RunSpec {
  readonly jobId?: number;
  readonly settings: Fields;
  readonly parameters: Readonly<Record<string, string>>;
  readonly queueEnabled: boolean;
  /** Ties the idempotency token to the run before anything is written: no crash parts the two. */
  readonly remember: (id: number) => void;
}

function start(call: Call, { queueEnabled, remember, ...spec }: RunSpec): Run {
  const tasks = (spec.settings.tasks ?? []) as readonly Fields[];
  if (tasks.length === 0) throw invalid('The job has no tasks to run.');
  const run: Run = {
    ...spec,
    id: takeId(call),
    createdAt: Date.now(),
    createdBy: call.caller.account,
    phase: 'waiting',
    tasks: tasks.map((task) => toTaskRun(call, task)),
  };
  remember(run.id);
  call.runs.submit(run, queueEnabled);
  return run;
}

/** The run of an earlier call with the same token, or a new one. */
function once(call: Call, prefix: string, fields: Fields, make: (remember: RunSpec['remember']) => Run): Run {
  const token = findText(fields, 'idempotency_token') ?? '';
  if (token === '') return make(() => undefined);
  if (token.length > 64) throw invalid('The idempotency token is over 64 characters long.');
  const { runTokens, runs } = call.store.data;
  const known = runTokens[prefix + token];
  if (known === undefined) {
    return make((id) => {
      runTokens[prefix + token] = id;
    });
  }
  const run = runs[known];
  if (run) return run;
  throw invalid(`The run with idempotency token ${token} has been deleted.`);
}

function toDeclared(settings: Fields): Record<string, string> {
  const parameters = (settings.parameters ?? []) as readonly Fields[];
  return Object.fromEntries(parameters.map((one) => [String(one.name), String(one.default)]));
}

function toRequested(job: Job, fields: Fields, declared: Readonly<Record<string, string>>) {
  const parameters = toTexts(fields.job_parameters, 'job_parameters');
  const ofNotebook = toTexts(fields.notebook_params, 'notebook_params');
  if (Object.keys(ofNotebook).length > 0 && Object.keys(declared).length > 0) {
    throw invalid('notebook_params cannot be used with a job that has job parameters; use job_parameters.');
  }
  if (Buffer.byteLength(JSON.stringify(ofNotebook)) > 10_000)
    throw invalid('notebook_params is over 10000 bytes long.');
  return { parameters: { ...parameters, ...ofNotebook }, settings: withOnly(job.settings, fields.only) };
}

function withOnly(settings: Fields, only: unknown): Fields {
  if (only === undefined || only === null) return settings;
  const tasks = (settings.tasks ?? []) as readonly Fields[];
  const wanted = Array.isArray(only) ? only.map(String) : [];
  const unknown = wanted.find((key) => !tasks.some(({ task_key }) => task_key === key));
  if (wanted.length === 0 || unknown !== undefined) throw invalid(`only: there is no task '${unknown ?? ''}'.`);
  return { ...settings, tasks: tasks.filter(({ task_key }) => wanted.includes(String(task_key))) };
}

function toTexts(value: unknown, field: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isFields(value) || Object.values(value).some((one) => typeof one !== 'string')) {
    throw invalid(`${field} must be an object whose values are text.`);
  }
  return value as Record<string, string>;
}

/** A page of runs, newest first, and where the next one starts. */
export function listRuns(world: World, query: Fields): { runs: readonly Run[]; next?: number } {
  const limit = findInteger(query, 'limit') ?? 20;
  if (limit < 1 || limit > 25) throw invalid(`Invalid limit: ${limit}. The limit must be between 1 and 25.`);
  const jobId = findInteger(query, 'job_id');
  const before = findInteger(query, 'page_token') ?? Number.POSITIVE_INFINITY;
  const from = findInteger(query, 'start_time_from') ?? 0;
  const to = findInteger(query, 'start_time_to') ?? Number.POSITIVE_INFINITY;
  const all = Object.values(world.store.data.runs)
    .filter((run) => jobId === undefined || run.jobId === jobId)
    .filter((run) => query.active_only !== 'true' || run.phase !== 'ended')
    .filter((run) => query.completed_only !== 'true' || run.phase === 'ended')
    .filter((run) => run.createdAt >= from && run.createdAt <= to && run.id < before)
    .sort((a, b) => b.id - a.id);
  const runs = all.slice(0, limit);
  const last = runs.at(-1);
  return { runs, ...(all.length > limit && last ? { next: last.id } : {}) };
}
