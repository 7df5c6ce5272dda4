import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getCron, printCron } from './cron-text.ts';
import { convertSchedule, nextRuns } from './schedule.ts';

const at = (text: string) => new Date(text);
const iso = (dates: readonly Date[]) => dates.map((date) => date.toISOString().slice(0, 16));

describe('getCron and printCron', () => {
  it.each([
    ['0 6 * * MON', '0 6 * * 1'],
    ['*/15 * * * *', '0,15,30,45 * * * *'],
    ['0 0 1 jan,JUL *', '0 0 1 1,7 *'],
    ['0 9-17/4 * * mon-fri', '0 9,13,17 * * 1-5'],
    ['0  6 *  * 0,5-6', '0 6 * * 0,5,6'],
    ['10/20 0 * * *', '10,30,50 0 * * *'],
  ])('%s → %s', (text, printed) => {
    expect(printCron(getCron(text))).toBe(printed);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '0 24 * * *',
    '0 0 0 * *',
    '0 0 * 13 *',
    '0 0 * * 7',
    '0 0 31 2 *',
    '0 0 30,31 FEB *',
    '*/0 * * * *',
    '0 3 * * FRI-SUN',
    '*-5 * * * *',
    '0 0 1 * MON',
    '@daily',
    '0 6 * * $(x)',
    '0 6 L * *',
    '0 6 * * FOO',
    '1,,2 * * * *',
  ])('refuses %j', (text) => {
    expect(() => getCron(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('convertSchedule', () => {
  it.each([
    ['0 6 * * 1', 'America/Toronto', ['0 11 * * 1'], ['daylight-saving']],
    ['0 6 * * 1', 'UTC', ['0 6 * * 1'], []],
    ['30 6 * * *', 'America/St_Johns', ['0 10 * * *'], ['daylight-saving']],
    ['0 6,18 * * *', 'America/Regina', ['0 0,12 * * *'], []],
    ['0 22 * * FRI', 'America/Vancouver', ['0 6 * * 6'], ['daylight-saving', 'weekday-changed']],
    ['0 3 * * MON', 'Asia/Tokyo', ['0 18 * * 0'], ['weekday-changed']],
    ['0 3 * * SUN', 'Asia/Tokyo', ['0 18 * * 6'], ['weekday-changed']],
    ['0 0-23 * * *', 'America/Toronto', ['0 * * * *'], ['daylight-saving']],
    ['0 12,23 * * 1', 'America/Toronto', ['0 17 * * 1', '0 4 * * 2'], ['daylight-saving', 'weekday-changed']],
    ['0,30 5,6 * * *', 'Asia/Kathmandu', ['15 0 * * *', '45 23 * * *', '15,45 0 * * *'], []],
    ['0 8 1 * *', 'America/Toronto', ['0 13 1 * *'], ['daylight-saving']],
  ])('%s in %s', (cron, timeZone, crons, notes) => {
    const converted = convertSchedule({ cron, timeZone });
    if (timeZone === 'Asia/Kathmandu')
      expect(converted.crons.flatMap(timesOf).sort()).toEqual(['0:15', '0:45', '23:15', '23:45']);
    else expect(converted.crons).toEqual(crons);
    expect(converted.notes.map((note) => note.kind)).toEqual(notes);
  });

  it('says how much later the run comes in summer time', () => {
    expect(convertSchedule({ cron: '0 6 * * *', timeZone: 'Australia/Lord_Howe' }).notes).toEqual([
      { kind: 'daylight-saving', timeZone: 'Australia/Lord_Howe', laterMinutes: 30 },
    ]);
  });

  it.each([
    ['0 23 1 * *', 'America/Toronto'],
    ['0 23 * JAN *', 'America/Toronto'],
    ['0 1 15 * *', 'Asia/Tokyo'],
    ['0 6 * * 1', 'America/Otawa'],
    ['* * * * *', 'UTC'],
  ])('refuses %s in %s', (cron, timeZone) => {
    expect(() => convertSchedule({ cron, timeZone })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('fires at the local times asked for whenever standard time holds', () => {
    const zones = ['America/Toronto', 'America/St_Johns', 'Asia/Kolkata', 'Asia/Tokyo', 'Pacific/Auckland', 'UTC'];
    const some = (min: number, max: number) => fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(some(0, 59), some(0, 23), some(0, 6), fc.constantFrom(...zones), (minutes, hours, days, timeZone) => {
        const cron = `${minutes.join()} ${hours.join()} * * ${days.join()}`;
        const { crons } = convertSchedule({ cron, timeZone });
        // Standard time lasts in the north in January, in the south in July.
        const from = at(timeZone === 'Pacific/Auckland' ? '2026-07-05T00:00Z' : '2026-01-11T00:00Z');
        expect(iso(nextRuns(crons, 'UTC', from, 6))).toEqual(iso(nextRuns(cron, timeZone, from, 6)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('nextRuns', () => {
  it('counts in the zone, across the change to summer time', () => {
    expect(iso(nextRuns('0 6 * * SUN', 'America/Toronto', at('2026-03-01T00:00Z'), 3))).toEqual([
      '2026-03-01T11:00',
      '2026-03-08T10:00',
      '2026-03-15T10:00',
    ]);
  });

  it('skips the local hour that does not exist and takes the repeated one once', () => {
    expect(iso(nextRuns('30 2 * * *', 'America/Toronto', at('2026-03-07T12:00Z'), 1))).toEqual(['2026-03-09T06:30']);
    expect(iso(nextRuns('30 1 * * *', 'America/Toronto', at('2026-10-31T12:00Z'), 2))).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
  });

  it('merges several crons, starts after `from`, finds leap days', () => {
    expect(iso(nextRuns(['0 6 * * 1', '0 5 * * 1'], 'UTC', at('2026-01-05T05:00Z'), 2))).toEqual([
      '2026-01-05T06:00',
      '2026-01-12T05:00',
    ]);
    expect(iso(nextRuns('0 0 29 2 *', 'UTC', at('2026-01-01T00:00Z'), 2))).toEqual([
      '2028-02-29T00:00',
      '2032-02-29T00:00',
    ]);
  });
});

function timesOf(cron: string): string[] {
  const { hours, minutes } = getCron(cron);
  return hours.flatMap((hour) => minutes.map((minute) => `${hour}:${String(minute).padStart(2, '0')}`));
}
