import type { JobState } from './job-state.ts';

/** When a job has to stop. */
export interface JobClock {
  /** Aborted when somebody cancels, or the job's time is over: what does not want to run in spite of that ends. */
  readonly stop: AbortSignal;
  /** Aborted when the time to put things in order is over as well. */
  readonly kill: AbortSignal;
  /** Stops the clock. */
  end(): void;
}

const MILLISECONDS_OF_MINUTE = 60_000;
/** Longest time a timer can hold; about 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Starts the clock of a job. */
export function startJobClock(job: JobState): JobClock {
  const { signal, timeoutMinutes, cancelTimeoutMinutes } = job.work;
  const stop = new AbortController();
  const kill = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const after = (minutes: number, work: () => void) => {
    timers.push(setTimeout(work, Math.min(minutes * MILLISECONDS_OF_MINUTE, LONGEST_TIMER)));
  };
  const onStop = () => {
    if (stop.signal.aborted) return;
    job.lower('Canceled');
    after(cancelTimeoutMinutes, () => kill.abort());
    stop.abort();
  };
  const onTime = () => {
    const agent = job.variables.find('Agent.Name')?.value ?? '';
    const message = `The job running on agent ${agent} ran longer than the maximum time of ${timeoutMinutes} minutes. For more information, see https://go.microsoft.com/fwlink/?linkid=2077134`;
    if (!stop.signal.aborted) job.issues.push({ type: 'error', message });
    onStop();
  };
  if (timeoutMinutes > 0) after(timeoutMinutes, onTime);
  if (signal.aborted) onStop();
  else signal.addEventListener('abort', onStop, { once: true });
  return {
    stop: stop.signal,
    kill: kill.signal,
    end() {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', onStop);
    },
  };
}
