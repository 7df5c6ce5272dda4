import type { Fields } from './body.ts';
import { WORKSPACE_ID } from './identity-routes.ts';
import { toFullSettings } from './jobs.ts';
import { toFullMessage } from './run-engine.ts';
import type { Run, RunEnd, RunPhase, TaskRun } from './state.ts';
import { lastAttempts } from './task-order.ts';
import type { World } from './world.ts';

/** A run as `runs/get` and `runs/list` show it. @param origin the workspace's address, for links */
export function describeRun(world: World, run: Run, origin: string, withTasks: boolean): Record<string, unknown> {
  const settings = toFullSettings(run.settings);
  const url = `${origin}/?o=${WORKSPACE_ID}#job/${run.jobId ?? run.id}/run/${run.id}`;
  const source = toGitSource(run);
  return {
    ...(run.jobId === undefined ? {} : { job_id: run.jobId }),
    run_id: run.id,
    number_in_job: run.id,
    job_run_id: run.id,
    original_attempt_run_id: run.id,
    run_name: settings.name,
    run_type: run.jobId === undefined ? 'SUBMIT_RUN' : 'JOB_RUN',
    run_page_url: url,
    creator_user_name: run.createdBy,
    trigger: 'ONE_TIME',
    format: 'MULTI_TASK',
    ...describeState(run.phase, run.end, run.phase === 'waiting' ? toFullMessage(world, run) : ''),
    ...describeTimes(run.createdAt, run.startedAt, run.end),
    job_parameters: describeParameters(run),
    ...source,
    ...(withTasks && settings.job_clusters ? { job_clusters: settings.job_clusters } : {}),
    ...(withTasks ? { tasks: lastAttempts(run).map((task) => ({ ...describeTask(run, task, url), ...source })) } : {}),
  };
}

/** A task of a run as part of it. */
export function describeTask(run: Run, task: TaskRun, runUrl: string): Record<string, unknown> {
  const full = (toFullSettings({ ...run.settings, tasks: [task.task] }).tasks ?? []) as readonly Fields[];
  return {
    ...full[0],
    run_id: task.id,
    attempt_number: task.attempt,
    run_page_url: runUrl.replace(/\d+$/, String(task.id)),
    ...describeState(task.phase, task.end, ''),
    ...describeTimes(task.startedAt ?? 0, task.startedAt, task.end),
  };
}

function describeParameters(run: Run): Record<string, string>[] {
  const declared = (run.settings.parameters ?? []) as readonly Fields[];
  return Object.entries(run.parameters).map(([name, value]) => {
    const found = declared.find((one) => one.name === name);
    return { name, ...(found ? { default: String(found.default) } : {}), value };
  });
}

function toGitSource(run: Run): Fields {
  const source = run.settings.git_source as Fields | undefined;
  if (!source) return {};
  return { git_source: { ...source, ...(run.usedCommit ? { git_snapshot: { used_commit: run.usedCommit } } : {}) } };
}

function describeTimes(created: number, started: number | undefined, end: RunEnd | undefined): Fields {
  const duration = end && started !== undefined ? end.at - started : 0;
  return {
    start_time: created,
    setup_duration: 0,
    execution_duration: duration,
    cleanup_duration: 0,
    run_duration: duration,
    queue_duration: (started ?? end?.at ?? created) - created,
    end_time: end?.at ?? 0,
  };
}

/** Both forms: `status`, and `state`, which is deprecated and still read by many. */
function describeState(phase: RunPhase, end: RunEnd | undefined, waiting: string): Fields {
  if (end) return describeEnd(end);
  const word = phase === 'waiting' ? 'QUEUED' : phase.toUpperCase();
  const queue = { code: 'MAX_CONCURRENT_RUNS_REACHED', message: waiting };
  return {
    state: {
      life_cycle_state: word,
      state_message: waiting,
      user_cancelled_or_timedout: false,
      ...(phase === 'waiting' ? { queue_reason: waiting } : {}),
    },
    status: { state: word, ...(phase === 'waiting' ? { queue_details: queue } : {}) },
  };
}

function describeEnd({ code, message }: RunEnd): Fields {
  const { lifeCycle, result, type } = toOldWords(code);
  return {
    state: {
      life_cycle_state: lifeCycle,
      result_state: result,
      state_message: message,
      user_cancelled_or_timedout: code === 'USER_CANCELED' || code === 'CANCELED',
    },
    status: { state: 'TERMINATED', termination_details: { code, type, message } },
  };
}

/** A failed task makes the old form say INTERNAL_ERROR, although the run has ended as it should. */
function toOldWords(code: string): { lifeCycle: string; result: string; type: string } {
  switch (code) {
    case 'SUCCESS':
    case 'SUCCESS_WITH_FAILURES':
      return { lifeCycle: 'TERMINATED', result: code, type: 'SUCCESS' };
    case 'USER_CANCELED':
      return { lifeCycle: 'TERMINATED', result: 'CANCELED', type: 'CLIENT_ERROR' };
    case 'CANCELED':
      return { lifeCycle: 'TERMINATED', result: 'TIMEDOUT', type: 'CLIENT_ERROR' };
    case 'MAX_CONCURRENT_RUNS_EXCEEDED':
      return { lifeCycle: 'SKIPPED', result: 'MAXIMUM_CONCURRENT_RUNS_REACHED', type: 'CLIENT_ERROR' };
    case 'SKIPPED':
      return { lifeCycle: 'TERMINATED', result: 'UPSTREAM_FAILED', type: 'CLIENT_ERROR' };
    case 'INTERNAL_ERROR':
    case 'DRIVER_ERROR':
      return { lifeCycle: 'INTERNAL_ERROR', result: 'FAILED', type: 'INTERNAL_ERROR' };
    default:
      return { lifeCycle: 'INTERNAL_ERROR', result: 'FAILED', type: 'CLIENT_ERROR' };
  }
}
