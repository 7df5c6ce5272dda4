import { convertSchedule, findClockChange, type Manifest, type Translate } from '@create-mlops-model/core';
import { describeNextRuns, describeRun } from '../report-result.ts';

/** The next runs on both clocks, and those on both sides of the next change to or from summer time. */
export function describeRuns(manifest: Manifest, from: Date, translate: Translate): readonly string[] {
  const changes = manifest.retraining.schedules.flatMap((schedule) => {
    const { timeZone } = schedule;
    const change = findClockChange(convertSchedule(schedule).crons, timeZone, from);
    if (change === undefined) return [];
    const runs = [change.before, change.after].map((at) => describeRun(at, timeZone, translate));
    return [translate('schedule.clockChange', { zone: timeZone }), ...runs];
  });
  return [...describeNextRuns(manifest, from, translate), ...changes];
}
