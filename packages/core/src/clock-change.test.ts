import { describe, expect, it } from 'vitest';
import { findClockChange } from './clock-change.ts';

const around = (crons: readonly string[], timeZone: string, from: string) => {
  const found = findClockChange(crons, timeZone, new Date(from));
  return found && [found.before.toISOString().slice(0, 16), found.after.toISOString().slice(0, 16)];
};

describe('findClockChange', () => {
  // The clocks of Toronto go forward on 2027-03-14 at 07:00 UTC and back on 2026-11-01 at 06:00 UTC.
  it.each([
    ['0 11 * * 1', '2026-11-22T00:00Z', ['2027-03-08T11:00', '2027-03-15T11:00']],
    ['0 11 * * *', '2026-11-22T00:00Z', ['2027-03-13T11:00', '2027-03-14T11:00']],
    ['0 * * * *', '2026-10-31T20:10Z', ['2026-11-01T05:00', '2026-11-01T06:00']],
    ['0 11 1 * *', '2026-11-22T00:00Z', ['2027-03-01T11:00', '2027-04-01T11:00']],
  ])('%s from %s', (cron, from, expected) => {
    expect(around([cron], 'America/Toronto', from)).toEqual(expected);
  });

  it('finds none where the clock never changes, or nothing runs near the change', () => {
    expect(around(['0 11 * * *'], 'UTC', '2026-11-22T00:00Z')).toBeUndefined();
    expect(around(['0 11 1 7 *'], 'America/Toronto', '2026-11-22T00:00Z')).toBeUndefined();
  });
});
