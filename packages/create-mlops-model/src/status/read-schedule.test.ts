import { describe, expect, it } from 'vitest';
import { aManifest } from '../../../../test/build.ts';
import { toScheduleState } from './read-schedule.ts';

const manifest = aManifest({ retraining: { schedules: [{ cron: '0 6 * * 1', timeZone: 'UTC' }] } });
/** A Wednesday; due on Monday the 23rd. */
const now = new Date('2026-11-25T12:00:00Z');
const due = '2026-11-23T06:00:00.000Z';
const long = new Date('2026-01-01T00:00:00Z');

describe('the schedule', () => {
  it('was kept where a run was queued when it was due', () => {
    const started = [new Date('2026-11-23T06:00:20Z')];
    expect(toScheduleState(manifest, { now, since: long, started })).toEqual({
      next: '2026-11-30T06:00:00.000Z',
      lastDue: due,
      missed: false,
    });
  });

  it('was missed where the last run is of the time before', () => {
    const started = [new Date('2026-11-16T06:00:20Z')];
    expect(toScheduleState(manifest, { now, since: long, started })).toMatchObject({ lastDue: due, missed: true });
  });

  it('is not missed while the service may still start it', () => {
    const state = toScheduleState(manifest, { now: new Date('2026-11-23T06:05:00Z'), since: long, started: [] });
    expect(state).toMatchObject({ lastDue: due, missed: false });
  });

  it('was not due before it was written', () => {
    const state = toScheduleState(manifest, { now, since: new Date('2026-11-24T00:00:00Z'), started: [] });
    expect(state).toEqual({ next: '2026-11-30T06:00:00.000Z', missed: false });
  });

  it('is found back a year and more', () => {
    const yearly = aManifest({ retraining: { schedules: [{ cron: '0 6 29 2 *', timeZone: 'UTC' }] } });
    const state = toScheduleState(yearly, { now, since: new Date('2023-01-01T00:00:00Z'), started: [] });
    expect(state).toMatchObject({ lastDue: '2024-02-29T06:00:00.000Z', missed: true });
  });

  it('is none where the model is never trained by the clock', () => {
    const never = aManifest({ retraining: { schedules: [] } });
    expect(toScheduleState(never, { now, since: long, started: [] })).toEqual({ missed: false });
  });
});
