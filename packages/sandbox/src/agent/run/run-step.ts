import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../compile/pipeline.ts';
import { type Result, runCondition } from '../expression/run-condition.ts';
import { describeFault } from './describe-fault.ts';
import type { JobClock } from './job-clock.ts';
import type { JobState } from './job-state.ts';
import { runTask } from './run-task.ts';
import { makeStepLog, type StepLog } from './step-log.ts';
import { isTrue } from './task.ts';

/** A step with what its job knows of it. */
export interface PlacedStep {
  readonly step: Step;
  /** Its place in the job's steps, -1 for the checkout that nobody wrote. */
  readonly index: number;
  /** Its name in outputs. */
  readonly name: string;
  readonly displayName: string;
}

/** A task is tried again this often at most (MicrosoftDocs process/tasks, number of retries). */
const MOST_RETRIES = 10;
const MILLISECONDS_OF_MINUTE = 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs one step to its end, and lowers the job's status by what came of it. */
export async function runStep(job: JobState, clock: JobClock, placed: PlacedStep): Promise<void> {
  const { step, index } = placed;
  const record = job.work.host.startStep(index, job.masker.mask(job.variables.expand(placed.displayName)));
  const log = makeStepLog(record, job.masker);
  const decided = await decide(job, clock, placed, log);
  const result = log.isBroken && decided !== 'Canceled' ? 'Failed' : decided;
  const isForgiven = result === 'Failed' && isTrue(toText(step.settings.continueOnError));
  const end: Result = isForgiven ? 'SucceededWithIssues' : result;
  if (end !== 'Skipped') {
    log.write(`##[section]Finishing: ${job.variables.expand(placed.displayName)}`);
    job.lower(end);
  }
  record.end({ result: end, issues: log.issues });
}

async function decide(job: JobState, clock: JobClock, placed: PlacedStep, log: StepLog): Promise<Result> {
  if (clock.kill.aborted) return 'Canceled';
  try {
    if (isWanted(placed.step, job)) return await runInTime(job, clock, placed, log);
    log.write('Skipping step due to condition evaluation.');
    return 'Skipped';
  } catch (error) {
    log.error(describeFault(error));
    return 'Failed';
  }
}

/** Whether the step's condition holds as things stand. @throws ExpressionError */
function isWanted({ condition }: Step, job: JobState): boolean {
  return runCondition(condition, 'step', { variables: job.variables.toTexts(), jobStatus: job.status });
}

/** Runs the step until it ends, its own time is over, or the job is stopped and its condition does not hold any more. */
async function runInTime(job: JobState, clock: JobClock, placed: PlacedStep, log: StepLog): Promise<Result> {
  const { step } = placed;
  log.write(`##[section]Starting: ${job.variables.expand(placed.displayName)}`);
  const stop = new AbortController();
  let isTimedOut = false;
  const onStop = () => {
    if (isWantedStill(step, job)) return;
    log.error('The operation was canceled.');
    stop.abort();
  };
  // A step that begins after the cancellation does so because it is meant to.
  if (!clock.stop.aborted) clock.stop.addEventListener('abort', onStop, { once: true });
  const minutes = Number(job.variables.expand(toText(step.settings.timeoutInMinutes)) || 0);
  const onTime = () => {
    isTimedOut = !stop.signal.aborted;
    stop.abort();
  };
  const timer = minutes > 0 ? setTimeout(onTime, Math.min(minutes * MILLISECONDS_OF_MINUTE, LONGEST_TIMER)) : undefined;
  try {
    const result = await runWithRetries(job, clock, placed, log, stop.signal);
    if (clock.kill.aborted) return 'Canceled';
    if (isTimedOut) {
      log.error('The task has timed out.');
      return 'Failed';
    }
    return stop.signal.aborted ? 'Canceled' : result;
  } finally {
    clearTimeout(timer);
    clock.stop.removeEventListener('abort', onStop);
  }
}

function isWantedStill(step: Step, job: JobState): boolean {
  try {
    return isWanted(step, job);
  } catch {
    // What cannot be said any more does not keep a step alive.
    return false;
  }
}

async function runWithRetries(
  job: JobState,
  clock: JobClock,
  placed: PlacedStep,
  log: StepLog,
  stop: AbortSignal,
): Promise<Result> {
  const asked = Number(toText(placed.step.settings.retryCountOnTaskFailure) || 0);
  const retries = Math.min(Number.isFinite(asked) ? asked : 0, MOST_RETRIES);
  for (let attempt = 1; ; attempt++) {
    const result = await runTask({ job, log, step: placed.step, name: placed.name, stop, kill: clock.kill });
    if (result !== 'Failed' || attempt > retries || stop.aborted) return result;
    const delay = attempt ** 2 * 1000;
    log.warning(
      `RetryHelper encountered task failure, will retry (attempt #: ${attempt} out of ${retries}) after ${delay} ms`,
    );
    await sleep(delay, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return result;
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
