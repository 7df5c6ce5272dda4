import { nextRuns } from './schedule.ts';
import { offsetMinutes } from './time-zone.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Monthly runs are at most this far from the change, days. */
const NEAR = 32;

/** The last run before a zone's clock changes, and the first one after. */
export interface ClockChange {
  readonly before: Date;
  readonly after: Date;
}

/**
 * The runs on both sides of the next change of a zone's clock.
 * @param crons in UTC
 * @returns `undefined` where the clock does not change within a year, or no run comes near the change
 */
export function findClockChange(crons: readonly string[], timeZone: string, from: Date): ClockChange | undefined {
  const changed = findChange(timeZone, from);
  if (changed === undefined) return undefined;
  const after = nextRuns(crons, 'UTC', new Date(changed - 1), 1)[0];
  const before = findLastBefore(crons, changed, from.getTime());
  return before === undefined || after === undefined ? undefined : { before, after };
}

/** The last run before the change; the days are tried from the last one backwards. */
function findLastBefore(crons: readonly string[], changed: number, earliest: number): Date | undefined {
  for (let days = 1; days <= NEAR; days += 1) {
    const start = new Date(Math.max(earliest, changed - days * DAY));
    const first = nextRuns(crons, 'UTC', start, 1)[0];
    if (first === undefined || first.getTime() >= changed) continue;
    // A cron fires once a minute at most.
    return nextRuns(crons, 'UTC', start, 1440)
      .filter((at) => at.getTime() < changed)
      .at(-1);
  }
  return undefined;
}

/** The minute from which the zone's clock shows another offset, milliseconds since the epoch. */
function findChange(timeZone: string, from: Date): number | undefined {
  const offset = offsetMinutes(timeZone, from);
  const start = Math.floor(from.getTime() / MINUTE) * MINUTE;
  for (let day = 1; day <= 366; day += 1) {
    if (offsetMinutes(timeZone, new Date(start + day * DAY)) === offset) continue;
    let [same, other] = [start + (day - 1) * DAY, start + day * DAY];
    while (other - same > MINUTE) {
      const middle = Math.floor((same + other) / 2 / MINUTE) * MINUTE;
      if (offsetMinutes(timeZone, new Date(middle)) === offset) same = middle;
      else other = middle;
    }
    return other;
  }
  return undefined;
}
