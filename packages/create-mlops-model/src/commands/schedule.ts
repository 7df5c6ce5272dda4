import {
  convertSchedule,
  createTranslate,
  type ExitCode,
  editSchedules,
  findProblems,
  type LocalSchedule,
  type Manifest,
  NO_SCHEDULE,
  type Translate,
  UserError,
} from '@create-mlops-model/core';
import { openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { editProject } from '../proposal/edit-project.ts';
import { findPlace, type Place, type Proposal, propose } from '../proposal/propose.ts';
import { describeRuns } from '../schedule/describe-runs.ts';
import type { PullRequestSpec } from '../services/azure-devops/pull-requests.ts';
import type { Session } from '../session.ts';

/** Shows what another schedule means, and proposes it as a pull request. Main and this disk stay as they are. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  const cron = getCronWord(context);
  const { session, manifest, source } = await openClone(context);
  try {
    if (source === 'worktree') throw notOnServer(context);
    const schedules = toSchedules(cron, flags.timeZone ?? manifest.retraining.schedules[0]?.timeZone, translate);
    const wanted: Manifest = { ...manifest, retraining: { ...manifest.retraining, schedules: [...schedules] } };
    terminal.print(describeChange(manifest, wanted, translate));
    for (const line of describeRuns(wanted, new Date(), translate)) terminal.print(line);
    const { repository, place } = await findWhere(session);
    const isKnown = place.pullRequest === undefined && sameSchedules(manifest, wanted);
    const proposal = isKnown || flags.dryRun ? undefined : await write(context, session, place, wanted);
    report(context, proposal && { ...proposal, url: `${repository.webUrl}/pullrequest/${proposal.pullRequest.id}` }, {
      schedules,
      branch: place.branch,
      status: isKnown ? 'unchanged' : (proposal?.action ?? 'dry-run'),
    });
    return 0;
  } finally {
    session.close();
  }
}

function getCronWord({ positionals, translate, version }: CommandContext): string {
  const word = positionals[0]?.trim();
  if (word !== undefined && word !== '') return word;
  const help = `${toInvocation(version)} schedule --help`;
  throw new UserError('usage', translate('schedule.missing'), translate('error.seeHelp', { help }));
}

/** @throws UserError `usage` for what is no schedule, no time zone, or has no form in UTC */
function toSchedules(cron: string, timeZone = 'UTC', translate: Translate): readonly LocalSchedule[] {
  if (cron === NO_SCHEDULE) return [];
  const schedule = { cron, timeZone };
  const problems = findProblems(
    { retraining: { schedules: [schedule] } },
    { partial: true, together: false },
    translate,
  );
  if (problems.length > 0) throw new UserError('usage', problems.map(({ message }) => message).join('\n'));
  convertSchedule(schedule);
  return [schedule];
}

function sameSchedules(a: Manifest, b: Manifest): boolean {
  return JSON.stringify(a.retraining.schedules) === JSON.stringify(b.retraining.schedules);
}

async function findWhere({ project, services }: Session) {
  const { azureDevOps } = services;
  const { names } = project;
  const [repository, main] = await Promise.all([
    azureDevOps.repositories.find(names.repository),
    azureDevOps.repositories.findTip(names.repository, 'main'),
  ]);
  if (repository === undefined || main === undefined) throw new Error(`${names.repository} has a manifest but no main`);
  return { repository, place: await findPlace(azureDevOps, repository.id, main, 'schedule') };
}

async function write(
  context: CommandContext,
  { services }: Session,
  place: Place,
  wanted: Manifest,
): Promise<Proposal> {
  const { repositories } = services.azureDevOps;
  const from = place.isNew ? 'main' : place.branch;
  const readText = (path: string) => repositories.findText(place.repositoryId, path, from);
  const edit = await editProject(context, readText, (text) => editSchedules(text, wanted.retraining.schedules));
  return propose(services.azureDevOps, place, edit, toSpec(wanted));
}

/** In the model's first language, whoever proposes it. */
function toSpec(wanted: Manifest): PullRequestSpec {
  const translate = createTranslate(wanted.languages[0] ?? 'en');
  const runs = describeRuns(wanted, new Date(), translate);
  const title = translate('schedule.title', { schedule: toText(wanted, translate) });
  const list = runs.length === 0 ? [] : ['```', ...runs, '```', ''];
  return { title, description: [...list, translate('schedule.description')].join('\n') };
}

function describeChange(before: Manifest, after: Manifest, translate: Translate): string {
  const values = { before: toText(before, translate), after: toText(after, translate) };
  return sameSchedules(before, after)
    ? translate('schedule.same', { schedule: values.after })
    : translate('schedule.change', values);
}

function toText({ retraining }: Manifest, translate: Translate): string {
  if (retraining.schedules.length === 0) return translate('schedule.never');
  return retraining.schedules.map(({ cron, timeZone }) => `${cron} (${timeZone})`).join(', ');
}

interface Result {
  readonly schedules: readonly LocalSchedule[];
  readonly branch: string;
  readonly status: 'unchanged' | 'dry-run' | Proposal['action'];
}

function report(context: CommandContext, proposal: (Proposal & { readonly url: string }) | undefined, result: Result) {
  const { terminal, translate } = context;
  const { branch, status, schedules } = result;
  if (status === 'dry-run') terminal.print(translate('schedule.dryRun', { branch }));
  if (proposal !== undefined) {
    const { url, pullRequest } = proposal;
    terminal.print(translate(`schedule.${proposal.action}`, { id: String(pullRequest.id), url }));
    terminal.print(translate('schedule.description'));
  }
  context.printDocument({
    schema: 1,
    kind: 'schedule',
    status,
    schedules,
    crons: schedules.flatMap((schedule) => convertSchedule(schedule).crons),
    ...(proposal === undefined
      ? {}
      : { pullRequest: { id: proposal.pullRequest.id, url: proposal.url, branch }, commit: proposal.commit }),
  });
}

function notOnServer({ translate, version }: CommandContext): UserError {
  return new UserError(
    'failed',
    translate('schedule.notOnServer'),
    translate('schedule.notOnServer.hint', { command: `${toInvocation(version)} apply` }),
  );
}
