import { expect, test } from 'vitest';
import { listInstants, parseCron } from './cron.ts';

/** Sunday. */
const FROM = new Date('2026-11-22T10:00:00Z');

function listAfter(text: string, days: number, most = 10): readonly string[] {
  const to = new Date(FROM.getTime() + days * 86_400_000);
  return listInstants(parseCron(text)!, FROM, to, most).map((instant) => instant.toISOString().slice(0, 16));
}

// The examples of the service's own page on schedules come first.
test.each([
  ['0 18 * * Mon,Wed,Fri', 7, ['2026-11-23T18:00', '2026-11-25T18:00', '2026-11-27T18:00']],
  ['0 18 * * 1-5/2', 7, ['2026-11-23T18:00', '2026-11-25T18:00', '2026-11-27T18:00']],
  ['0 */6 * * *', 1, ['2026-11-22T12:00', '2026-11-22T18:00', '2026-11-23T00:00', '2026-11-23T06:00']],
  ['0 9-21/6 * * *', 1, ['2026-11-22T15:00', '2026-11-22T21:00', '2026-11-23T09:00']],
  ['30 6 * * monday', 7, ['2026-11-23T06:30']],
  ['0 3 * * Sun,Thu-Sat', 7, ['2026-11-26T03:00', '2026-11-27T03:00', '2026-11-28T03:00', '2026-11-29T03:00']],
  ['0 0 1 dec *', 30, ['2026-12-01T00:00']],
  // Day and weekday have to fit both.
  ['0 0 1 * mon', 60, []],
])('%s fires within %i days', (text, days, expected) => {
  expect(listAfter(text, days)).toEqual(expected);
});

test('of more instants than are wanted the newest stay, oldest first', () => {
  expect(listAfter('0 0 * * *', 30, 2)).toEqual(['2026-12-21T00:00', '2026-12-22T00:00']);
});

test('an instant belongs to the time before it only once', () => {
  const cron = parseCron('0 10 * * *')!;
  const hour = 3_600_000;
  const before = new Date(FROM.getTime() - hour);
  expect(listInstants(cron, before, FROM, 10)).toHaveLength(1);
  expect(listInstants(cron, FROM, new Date(FROM.getTime() + hour), 10)).toEqual([]);
});

test.each([
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '0 24 * * *',
  '0 0 * * 7',
  '0 0 * * fun',
  '*/0 * * * *',
  '1- * * * *',
])('"%s" is no schedule', (text) => {
  expect(parseCron(text)).toBeUndefined();
});
