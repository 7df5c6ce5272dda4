import { settlePullRequests } from '../settle-pull-requests.ts';
import type { World } from '../world.ts';
import { noteMissed } from './note-push.ts';
import { type ScheduledStart, startScheduled } from './start-scheduled.ts';

/** What happens because time passes. */
export interface Scheduler {
  /** Begins to look at the clock, and at what a kill left undone. */
  start(): void;
  /** Sets the clock forward, and starts what was due until then. */
  advance(to: Date): Promise<readonly ScheduledStart[]>;
  stop(): void;
}

/** Schedules count in minutes; none is late by more than this. */
const TICK = 5000;

/**
 * Looks at the clock for the schedules of all pipelines. What was due while the sandbox was not running is not made up for: a
 * laptop that was off for a week would begin with a week's trainings.
 */
export function makeScheduler(world: World): Scheduler {
  let last = world.clock.now();
  const pass = (to: () => Date) =>
    world.inTurn(async () => {
      const until = to();
      const from = last;
      last = new Date(Math.max(until.getTime(), last.getTime()));
      return startScheduled(world, from, until);
    });
  const report = (error: unknown) => process.stderr.write(`The schedules could not be looked at: ${String(error)}\n`);
  const tick = () => {
    const toMinute = (time: Date) => Math.floor(time.getTime() / 60_000);
    if (toMinute(world.clock.now()) > toMinute(last)) pass(world.clock.now).catch(report);
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      world.inTurn(() => noteMissed(world)).then(() => settlePullRequests(world), report);
      timer = setInterval(tick, TICK);
      timer.unref();
    },
    async advance(to) {
      const started = await pass(() => to);
      if (to > world.clock.now()) world.clock.set(to);
      // Time limits of approvals and locks, and of build validations.
      world.runs.wake();
      settlePullRequests(world);
      return started;
    },
    stop: () => clearInterval(timer),
  };
}
