import type { Fields } from './body.ts';
import { killLeftOver } from './left-over.ts';
import type { Run, RunEnd, TaskRun } from './state.ts';
import { isDue, isSkipped, lastAttempts, toDependencies } from './task-order.ts';
import { type TaskOutput, writeOutput } from './task-output.ts';
import { type RunEngine, takeId, type World } from './world.ts';

/** One task to do. */
export interface TaskWork {
  readonly run: Run;
  readonly taskRun: TaskRun;
  /** Aborted when the task is to end early. */
  readonly signal: AbortSignal;
  /** Remembers the process group that does it. */
  readonly onStart: (pid: number) => void;
}

/** How a task ended, and what it left. */
export interface TaskEnd {
  /** `SUCCESS` or the termination code of what went wrong. */
  readonly code: string;
  readonly message: string;
  readonly output?: TaskOutput;
}

/** Does one task. Never rejects. */
export type RunTask = (work: TaskWork) => Promise<TaskEnd>;

/** Longest time a timer can hold; about 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Takes runs from their start to their end: queue, order of tasks, time limits, retries, cancelling. */
export function makeRunEngine(world: World, runTask: RunTask): RunEngine {
  const active = new Map<number, { controller: AbortController; done: Promise<void> }>();
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;
  const { store } = world;

  const later = (milliseconds: number, work: () => void) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        work();
      },
      Math.min(milliseconds, LONGEST_TIMER),
    );
    timer.unref();
    timers.add(timer);
  };

  const advance = (run: Run) => {
    if (run.phase === 'ended' || run.phase === 'waiting') return;
    for (const task of lastAttempts(run)) {
      if (task.phase !== 'blocked') continue;
      if (run.stopping) endTask(task, { ...run.stopping, at: Date.now() });
      else if (isSkipped(task, run))
        endTask(task, { code: 'SKIPPED', message: 'An upstream task failed.', at: Date.now() });
      else if (isDue(task, run)) startTask(run, task);
    }
    const tasks = lastAttempts(run);
    if (
      tasks.some((task) => task.phase === 'blocked') &&
      tasks.every(({ phase }) => phase === 'ended' || phase === 'blocked')
    ) {
      advance(run);
    } else if (tasks.every(({ phase }) => phase === 'ended')) endRun(run, toRunEnd(run, tasks));
    store.save();
  };

  const startTask = (run: Run, task: TaskRun) => {
    const controller = new AbortController();
    task.phase = 'pending';
    task.startedAt = Date.now();
    const seconds = Number(task.task.timeout_seconds ?? 0);
    let timedOut = false;
    if (seconds > 0) {
      later(seconds * 1000, () => {
        timedOut = true;
        if (task.phase !== 'ended') task.phase = 'terminating';
        controller.abort();
      });
    }
    const onStart = (pid: number) => {
      task.pid = pid;
      if (task.phase === 'pending') task.phase = 'running';
      if (run.phase === 'pending') run.phase = 'running';
      store.save();
    };
    const work = { run, taskRun: task, signal: controller.signal, onStart };
    const done = runTask(work).then((end) => {
      active.delete(task.id);
      delete task.pid;
      writeOutput(world, task.id, end.output ?? {});
      const early =
        run.stopping ??
        (timedOut ? { code: 'CANCELED', message: `Run timed out after ${seconds} seconds.` } : undefined);
      endTask(task, { ...(early ?? { code: end.code, message: end.message }), at: Date.now() });
      if (!run.stopping) retry(run, task, timedOut);
      advance(run);
    });
    active.set(task.id, { controller, done });
  };

  const retry = (run: Run, task: TaskRun, timedOut: boolean) => {
    const most = Number(task.task.max_retries ?? 0);
    const isWanted = task.end?.code !== 'SUCCESS' && (!timedOut || task.task.retry_on_timeout === true);
    if (!isWanted || (most >= 0 && task.attempt >= most)) return;
    const next: TaskRun = { ...toTaskRun(world, task.task), attempt: task.attempt + 1, phase: 'pending' };
    run.tasks.push(next);
    later(Number(task.task.min_retry_interval_millis ?? 0), () => {
      if (next.phase !== 'pending') return;
      startTask(run, next);
      store.save();
    });
  };

  const begin = (run: Run) => {
    run.phase = 'pending';
    run.startedAt = Date.now();
    const seconds = Number(run.settings.timeout_seconds ?? 0);
    const message = `Run timed out after ${seconds} seconds.`;
    if (seconds > 0) later(seconds * 1000, () => stopRun(run, { code: 'CANCELED', message }));
    store.save();
    // The reply to the request that made the run goes out first: its first look finds the run pending.
    setImmediate(() => advance(run));
  };

  const endRun = (run: Run, end: RunEnd) => {
    run.phase = 'ended';
    run.end = end;
    startWaiting();
  };

  const stopRun = (run: Run, why: Pick<RunEnd, 'code' | 'message'>) => {
    if (run.phase === 'ended' || run.stopping) return;
    run.stopping = why;
    const isRunning = run.tasks.some(({ id }) => active.has(id));
    run.phase = isRunning ? 'terminating' : 'pending';
    for (const task of run.tasks) {
      if (active.has(task.id)) task.phase = 'terminating';
      else if (task.phase !== 'ended') endTask(task, { ...why, at: Date.now() });
      active.get(task.id)?.controller.abort();
    }
    advance(run);
    store.save();
  };

  const startWaiting = () => {
    if (isStopped) return;
    const waiting = Object.values(store.data.runs).filter(({ phase }) => phase === 'waiting');
    for (const run of waiting.sort((a, b) => a.id - b.id)) if (hasRoom(world, run)) begin(run);
  };

  return {
    submit(run, queueEnabled) {
      store.data.runs[run.id] = run;
      if (hasRoom(world, run)) begin(run);
      else if (!queueEnabled) {
        const end = { code: 'MAX_CONCURRENT_RUNS_EXCEEDED', message: toFullMessage(world, run), at: Date.now() };
        for (const task of run.tasks) endTask(task, end);
        run.phase = 'ended';
        run.end = end;
      }
      store.save();
    },
    cancel: (run) => stopRun(run, { code: 'USER_CANCELED', message: 'Run cancelled.' }),
    recover() {
      const message = 'The workspace was restarted while the run was going on.';
      for (const run of Object.values(store.data.runs)) {
        if (run.phase === 'ended' || run.phase === 'waiting') continue;
        const end = { ...(run.stopping ?? { code: 'INTERNAL_ERROR', message }), at: Date.now() };
        for (const task of run.tasks.filter(({ phase }) => phase !== 'ended')) {
          if (task.pid !== undefined) killLeftOver(task.pid, world.scratch);
          delete task.pid;
          endTask(task, end);
        }
        run.phase = 'ended';
        run.end = end;
      }
      store.save();
      startWaiting();
    },
    async stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      for (const run of Object.values(store.data.runs)) {
        if (run.phase === 'waiting') continue;
        stopRun(run, { code: 'CANCELED', message: 'The workspace was stopped.' });
      }
      await Promise.all([...active.values()].map(({ done }) => done));
    },
  };
}

/** A task that is not started yet. */
export function toTaskRun(world: World, task: Fields): TaskRun {
  return { id: takeId(world), key: String(task.task_key), task, attempt: 0, phase: 'blocked' };
}

/** Why a run waits or was skipped. */
export function toFullMessage(world: World, run: Run): string {
  return `The maximum number of concurrent runs of the job is ${toLimit(world, run)}, and they are all going on.`;
}

function toLimit(world: World, run: Run): number {
  const settings = world.store.data.jobs[run.jobId ?? 0]?.settings ?? run.settings;
  return Number(settings.max_concurrent_runs ?? 1);
}

function hasRoom(world: World, run: Run): boolean {
  if (run.jobId === undefined) return true;
  const going = Object.values(world.store.data.runs).filter(
    ({ id, jobId, phase }) => id !== run.id && jobId === run.jobId && phase !== 'ended' && phase !== 'waiting',
  );
  return going.length < toLimit(world, run);
}

function endTask(task: TaskRun, end: RunEnd): void {
  task.phase = 'ended';
  task.end = end;
}

function toRunEnd(run: Run, tasks: readonly TaskRun[]): RunEnd {
  const at = Date.now();
  if (run.stopping) return { ...run.stopping, at };
  const failed = tasks.filter(({ end }) => end?.code !== 'SUCCESS' && end?.code !== 'SKIPPED');
  const [first] = failed;
  if (!first?.end) return { code: 'SUCCESS', message: '', at };
  // Only tasks that nothing depends on decide; a failure that a later task has dealt with is not the run's.
  const needed = new Set(tasks.flatMap(({ task }) => toDependencies(task)));
  const isDealtWith =
    failed.every(({ key }) => needed.has(key)) &&
    tasks.every(({ key, end }) => needed.has(key) || end?.code === 'SUCCESS');
  if (isDealtWith) return { code: 'SUCCESS_WITH_FAILURES', message: '', at };
  const code = tasks.length === 1 ? first.end.code : 'RUN_EXECUTION_ERROR';
  return { code, message: `Task ${first.key} failed with message: ${first.end.message}`, at };
}
