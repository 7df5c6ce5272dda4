import type { Manifest, MessageKey, Translate } from '@create-mlops-model/core';
import { describeRun } from '../report-result.ts';
import type { Release } from '../services/cluster.ts';
import type { Part } from './part.ts';
import type { ScheduleState } from './read-schedule.ts';
import type { LastRun, ServiceStatus, Training } from './read-status.ts';

/** What the services said, in lines. */
export function describeStatus(status: ServiceStatus, manifest: Manifest, translate: Translate): readonly string[] {
  const { runs, deployed, registered, training, cluster, endpoint, schedule } = status;
  const some = <Value>(key: MessageKey, part: Part<Value | null>, describe: (value: Value) => string) => {
    const text = describePart(part, translate, (value) =>
      value === null ? translate('status.none') : describe(value),
    );
    return `  ${translate(key)} ${text}`;
  };
  return [
    translate('status.service'),
    some('status.cluster', cluster, (release) => describeRelease(release, translate)),
    some('status.endpoint', endpoint, ({ version }) => translate('status.endpoint.ready', { version })),
    some('status.deployed', deployed, ({ version, image, run, at }) =>
      translate('status.deployed.by', { version, image, run: String(run), at: toMinute(at) }),
    ),
    some('status.registered', registered, (version) => translate('status.version', { version: String(version) })),
    translate('status.runs'),
    ...('problem' in runs
      ? [`  ${translate('status.unreadable', { problem: runs.problem })}`]
      : runs.value.map((run) => `  ${describeLastRun(run, translate)}`)),
    translate('status.training'),
    some('status.training.last', training, (last) => describeTraining(last, manifest, translate)),
    ...describeSchedule(schedule, manifest, translate),
  ];
}

function describePart<Value>(part: Part<Value>, translate: Translate, describe: (value: Value) => string): string {
  return 'problem' in part ? translate('status.unreadable', { problem: part.problem }) : describe(part.value);
}

function describeRelease({ version, image, commit, ready, wanted, held }: Release, translate: Translate): string {
  const values = { version, image, commit: commit.slice(0, 12), ready: String(ready), wanted: String(wanted) };
  const text = translate('status.cluster.release', values);
  return held === undefined ? text : `${text} ${translate('status.cluster.held', { version: held })}`;
}

function describeLastRun({ pipeline, run }: LastRun, translate: Translate): string {
  if (run === undefined) return `${pipeline}  ${translate('status.neverRan')}`;
  const { number, result, status, finished, queued, id } = run;
  return `${pipeline}  ${number} (${id})  ${result ?? status}  ${toMinute(finished ?? queued)}`;
}

function describeTraining({ run, metric, version }: Training, { model }: Manifest, translate: Translate): string {
  const value = metric === undefined ? '–' : metric.toPrecision(4);
  const values = { run: String(run), metric: model.metric.name, value };
  return version === undefined
    ? translate('status.training.notRegistered', values)
    : translate('status.training.registered', { ...values, version });
}

function describeSchedule(part: Part<ScheduleState>, manifest: Manifest, translate: Translate): readonly string[] {
  if ('problem' in part) return [`  ${translate('status.unreadable', { problem: part.problem })}`];
  const { next, lastDue, missed } = part.value;
  if (next === undefined) return [`  ${translate('status.never')}`];
  const timeZone = manifest.retraining.schedules[0]?.timeZone ?? 'UTC';
  const show = (at: string) => describeRun(new Date(at), timeZone, translate).trim();
  return [
    `  ${translate('status.next', { at: show(next) })}`,
    ...(lastDue === undefined ? [] : [`  ${translate('status.lastDue', { at: show(lastDue) })}`]),
    ...(missed ? [`  ! ${translate('status.missed')}`] : []),
  ];
}

function toMinute(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
