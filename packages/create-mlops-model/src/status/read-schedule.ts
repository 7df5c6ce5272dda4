import { convertSchedule, type Manifest, nextRuns } from '@create-mlops-model/core';

/** When the model is trained by the clock. Moments as ISO 8601. */
export interface ScheduleState {
  /** Absent: never. */
  readonly next?: string;
  /** When it was due last, since the pipeline has its present schedule; absent: not yet. */
  readonly lastDue?: string;
  /** Nothing started although it was due. */
  readonly missed: boolean;
}

/** What the schedule is held against. */
export interface ScheduleFacts {
  readonly now: Date;
  /** When the pipeline's file on main changed last: what was due before follows another schedule. */
  readonly since: Date | undefined;
  /** When scheduled runs were queued. */
  readonly started: readonly Date[];
}

/** A run may be queued so long after it was due; milliseconds. The service starts schedules within minutes. */
const LATE = 15 * 60_000;
/** Clocks of the service and of this machine may differ so much; milliseconds. */
const EARLY = 60_000;

/** Next and last due times, and whether the last one passed without a run. */
export function toScheduleState({ retraining }: Manifest, { now, since, started }: ScheduleFacts): ScheduleState {
  const crons = retraining.schedules.flatMap((schedule) => convertSchedule(schedule).crons);
  if (crons.length === 0) return { missed: false };
  const [next] = nextRuns(crons, 'UTC', now, 1);
  const due = since && findLast(crons, since, now);
  const isStarted = due !== undefined && started.some((at) => at.getTime() >= due.getTime() - EARLY);
  return {
    ...(next === undefined ? {} : { next: next.toISOString() }),
    ...(due === undefined ? {} : { lastDue: due.toISOString() }),
    missed: due !== undefined && !isStarted && now.getTime() - due.getTime() > LATE,
  };
}

/** Steps back through time until one lies between: hourly schedules are found in a day, yearly ones in years. Milliseconds. */
const DAY = 86_400_000;
const WINDOWS = [DAY, 32 * DAY, 400 * DAY, 5 * 366 * DAY];
/** More runs than the densest schedule has in the first window. */
const MOST = 1500;

function findLast(crons: readonly string[], since: Date, now: Date): Date | undefined {
  for (const window of WINDOWS) {
    const from = new Date(Math.max(since.getTime(), now.getTime() - window));
    const runs = nextRuns(crons, 'UTC', from, MOST).filter((at) => at <= now);
    const last = runs.at(-1);
    if (last !== undefined || from.getTime() === since.getTime()) return last;
  }
  return undefined;
}
