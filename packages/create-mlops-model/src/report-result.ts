import {
  convertSchedule,
  inLanguage,
  type Manifest,
  nextRuns,
  type ScheduleNote,
  type StepResult,
  type Translate,
} from '@create-mlops-model/core';
import type { CarriedOut } from './carry-out.ts';
import type { CommandContext } from './command.ts';
import type { Project } from './declare.ts';
import type { Session } from './session.ts';
import type { ScheduleFinding } from './verify-schedules.ts';

/** How many runs of the schedule are shown. */
const RUNS_SHOWN = 5;

/** Kinds whose pages a person wants to see first. */
const SHOWN = new Set(['repository', 'pipeline', 'git-folder', 'job']);

/** The sandbox has no pages; its repository is there to be cloned. */
const CLONABLE = new Set(['repository']);

/** After a run that made something: where to look, what was checked, when training runs next. */
export async function reportResult(context: CommandContext, session: Session, done: CarriedOut): Promise<void> {
  if (done.exitCode !== 0 || !done.outcome) return;
  const { terminal, translate } = context;
  const changed = done.outcome.results.some((result) => isWritten(result));
  if (changed) {
    const links = toLinks(done, session.project.target.kind === 'sandbox' ? CLONABLE : SHOWN);
    if (links.length > 0) terminal.print(`\n${translate('report.links')}`);
    for (const [address, link] of links) terminal.print(`  ${address}  ${link}`);
    for (const line of describeRemarks(done, translate)) terminal.print(line);
    terminal.print('');
    for (const line of await describeCheck(context, session.project, done)) terminal.print(line);
  }
  for (const line of describeNextRuns(session.project.manifest, new Date(), translate)) terminal.print(line);
}

function isWritten(result: StepResult): boolean {
  return result.status === 'created' || result.status === 'updated';
}

function toLinks({ planned, outcome }: CarriedOut, kinds: ReadonlySet<string>): [string, string][] {
  return [...planned.graph.values()].flatMap((resource): [string, string][] => {
    const live = outcome?.lives.get(resource.address);
    const kind = resource.address.split(':')[0] ?? '';
    const link = live === undefined || !kinds.has(kind) ? undefined : resource.link?.(live);
    return link === undefined ? [] : [[resource.address, link]];
  });
}

/** What stays open although it exists; each with who can settle it. */
function describeRemarks({ planned, outcome }: CarriedOut, translate: Translate): string[] {
  const remarks = [...planned.graph.values()].flatMap((resource) => {
    const live = outcome?.lives.get(resource.address);
    const remark = live === undefined ? undefined : resource.remark?.(live);
    return remark === undefined ? [] : [`  ${resource.address}: ${inLanguage(remark, translate.lang)}`];
  });
  return remarks.length === 0 ? [] : ['', translate('report.open'), ...remarks];
}

/** What the server itself makes of the schedules; that one fires can only be seen when it is due. */
async function describeCheck(
  { translate }: CommandContext,
  { manifest }: Project,
  done: CarriedOut,
): Promise<string[]> {
  const findings = await done.schedules?.findings();
  if (findings === undefined) return [];
  if (findings.length > 0) return findings.map((finding) => `! ${describeFinding(finding, translate)}`);
  if (manifest.retraining.schedules.length === 0) return [];
  return [
    translate('report.verified', { text: translate('verify.schedules') }),
    translate('report.cannotVerify', { text: translate('verify.firing') }),
  ];
}

function describeFinding(finding: ScheduleFinding, translate: Translate): string {
  switch (finding.kind) {
    case 'missing':
      return translate('verify.missing', { cron: finding.cron });
    case 'unexpected':
      return translate('verify.unexpected', { cron: finding.cron });
    case 'not-on-main':
      return translate('verify.notOnMain', { cron: finding.cron });
    case 'own-schedules':
      return translate('verify.ownSchedules');
    case 'disabled':
      return translate('verify.disabled');
    case 'other-branch':
      return translate('verify.otherBranch', { branch: finding.branch });
  }
}

/** The next runs in local time and UTC, and what daylight saving does to them. */
export function describeNextRuns(manifest: Manifest, from: Date, translate: Translate): string[] {
  const schedules = manifest.retraining.schedules.map((each) => ({
    ...convertSchedule(each),
    timeZone: each.timeZone,
  }));
  const runs = schedules
    .flatMap(({ crons, timeZone }) => nextRuns(crons, 'UTC', from, RUNS_SHOWN).map((at) => ({ at, timeZone })))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, RUNS_SHOWN);
  if (runs.length === 0) return [];
  const lines = runs.map(({ at, timeZone }) => describeRun(at, timeZone, translate));
  const notes = schedules.flatMap((schedule) => schedule.notes.map((note) => describeNote(note, translate)));
  return [translate('report.nextRuns'), ...lines, ...new Set(notes)];
}

/** One run, indented, on both clocks. */
export function describeRun(at: Date, timeZone: string, translate: Translate): string {
  const local = `${toClock(at, timeZone, translate.lang)} ${timeZone}`;
  return `  ${translate('report.nextRun', { local, utc: at.toISOString().slice(0, 16).replace('T', ' ') })}`;
}

function describeNote(note: ScheduleNote, translate: Translate): string {
  switch (note.kind) {
    case 'daylight-saving':
      return `  ${translate('schedule.daylightSaving', { zone: note.timeZone, minutes: note.laterMinutes })}`;
    case 'weekday-changed':
      return `  ${translate(note.days > 0 ? 'schedule.dayLater' : 'schedule.dayEarlier')}`;
  }
}

function toClock(at: Date, timeZone: string, lang: 'en' | 'fr'): string {
  const options = {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  return new Intl.DateTimeFormat(lang === 'fr' ? 'fr-CA' : 'en-CA', { ...options, hour12: false }).format(at);
}
