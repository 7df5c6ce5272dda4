import { describe, expect, it } from 'vitest';
import { isCronProblem, isTimeZone, parseCron } from './cron.ts';

describe('cron expressions', () => {
  it.each([
    ['0 6 * * 1', { minutes: [0], hours: [6], weekdays: [1] }],
    ['*/15 * * * *', { minutes: [0, 15, 30, 45] }],
    ['5,10-12 0 1 JAN,jul *', { minutes: [5, 10, 11, 12], days: [1], months: [1, 7] }],
    ['0 0 * * Mon-Fri', { weekdays: [1, 2, 3, 4, 5] }],
    ['0 0 * * Sunday', { weekdays: [0] }],
    ['0 8-18/5 * * *', { hours: [8, 13, 18] }],
    ['30/10 0 * * *', { minutes: [30, 40, 50] }],
    ['0 0 29 2 *', { days: [29], months: [2] }],
    ['  0   6 * * 1 ', { hours: [6] }],
  ])('%s is read', (text, expected) => {
    expect(parseCron(text)).toMatchObject(expected);
  });

  it.each([
    ['', { kind: 'fields', count: 0 }],
    ['0 6 * *', { kind: 'fields', count: 4 }],
    ['0 6 * * 1 2026', { kind: 'fields', count: 6 }],
    ['@daily', { kind: 'fields', count: 1 }],
    ['60 6 * * 1', { kind: 'field', field: 'minutes', text: '60' }],
    ['0 24 * * 1', { kind: 'field', field: 'hours' }],
    ['0 6 0 * *', { kind: 'field', field: 'days' }],
    ['0 6 * 13 *', { kind: 'field', field: 'months' }],
    ['0 6 * * 7', { kind: 'field', field: 'weekdays' }],
    ['0 6 * * FRI-MON', { kind: 'field', field: 'weekdays' }],
    ['*/0 * * * *', { kind: 'field', field: 'minutes' }],
    ['1- * * * *', { kind: 'field', field: 'minutes' }],
    ['*-5 * * * *', { kind: 'field', field: 'minutes' }],
    ['1,,2 * * * *', { kind: 'field', field: 'minutes' }],
    ['0 6 * * Montag', { kind: 'field', field: 'weekdays' }],
    ['0 6 L * ?', { kind: 'field', field: 'days' }],
    ['-1 * * * *', { kind: 'field', field: 'minutes' }],
    ['0 6 31 2,4 *', { kind: 'never' }],
  ])('%j is refused', (text, problem) => {
    const parsed = parseCron(text);
    expect(isCronProblem(parsed)).toBe(true);
    expect(parsed).toMatchObject(problem);
  });
});

describe('time zones', () => {
  it.each(['UTC', 'America/Toronto', 'America/St_Johns', 'America/Argentina/Buenos_Aires'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Toronto', '+05:00', 'America/../etc', 'Mars/Phobos', 'America/Toronto\n', 'x'.repeat(1000)])(
    '%j is none',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
