import { type ExitCode, UserError } from '@create-mlops-model/core';
import { openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { openRegistry, openServing } from '../open-service.ts';
import { type ServedVersions, toServedVersions } from '../rollback/choose-version.ts';
import { type Pin, pinVersion } from '../rollback/pin-version.ts';
import type { Cluster, Revision } from '../services/cluster.ts';
import type { Session } from '../session.ts';
import { readPart } from '../status/part.ts';
import { listDeployed } from '../status/read-status.ts';

/** Proposes the pull request that pins an earlier version; with `--now` that version serves before it is merged. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const asked = getWord(context);
  const { session, source } = await openClone(context);
  try {
    if (source === 'worktree') throw new UserError('failed', context.translate('schedule.notOnServer'));
    return context.flags.now ? await rollBackNow(context, session, asked) : await rollBack(context, session, asked);
  } finally {
    session.close();
  }
}

function getWord({ positionals, translate, version }: CommandContext): number | undefined {
  const [word] = positionals;
  if (word === undefined) return undefined;
  if (/^[1-9][0-9]{0,8}$/.test(word)) return Number(word);
  const help = `${toInvocation(version)} rollback --help`;
  throw new UserError('usage', translate('rollback.notNumber', { word }), translate('error.seeHelp', { help }));
}

/** By pull request alone: its merge builds and rolls out like any other. The cluster need not be in reach. */
async function rollBack(context: CommandContext, session: Session, asked: number | undefined): Promise<ExitCode> {
  const served = await readServed(context, session);
  const version = choose(context, served, asked);
  await refuseUnregistered(context, session, version);
  tell(context, served, version);
  const pin = context.flags.dryRun ? undefined : await pinVersion(context, session, version);
  return report(context, served, version, { pin, status: context.flags.dryRun ? 'dry-run' : 'proposed' });
}

/** In the cluster first, then by pull request: until its merge, deploys leave the version alone and say so. */
async function rollBackNow(context: CommandContext, session: Session, asked: number | undefined): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  const cluster = await openServing(context, session);
  try {
    const served = await readServed(context, session, cluster);
    // The same command again changes nothing: what was put back once is not left for what served before that.
    const held = (await cluster.findRelease())?.held;
    const version = choose(context, served, asked ?? (held === undefined ? undefined : Number(held)));
    await refuseUnregistered(context, session, version);
    const revision = await getRevision(context, cluster, version);
    tell(context, served, version);
    if (flags.dryRun) return report(context, served, version, { status: 'dry-run' });
    await cluster.putBack(revision);
    const { version: answers } = await cluster.ask<{ readonly version: string | number }>('/v1/model');
    if (String(answers) !== String(version))
      throw new UserError('failed', translate('rollback.other', { version: String(answers) }));
    terminal.print(translate('rollback.serves', { version: String(version), image: revision.image }));
    const pin = await pinVersion(context, session, version);
    return report(context, served, version, { pin, status: 'served' });
  } finally {
    cluster.close();
  }
}

/** Of what deploy runs say; where the cluster was opened, it has the last word on what serves now. */
async function readServed({ translate }: CommandContext, session: Session, cluster?: Cluster): Promise<ServedVersions> {
  const [deployed, live, kept] = await Promise.all([
    readPart(translate.lang, () => listDeployed(session)),
    cluster?.findRelease(),
    cluster?.listRevisions() ?? [],
  ]);
  return toServedVersions(live?.version || undefined, 'value' in deployed ? deployed.value : [], kept);
}

/** The version named, else the one in service before. @throws UserError `usage` where there is none, `failed` where it serves */
function choose({ translate }: CommandContext, served: ServedVersions, asked: number | undefined): number {
  const version = asked ?? (served.earlier[0] === undefined ? undefined : Number(served.earlier[0]));
  if (version === undefined)
    throw new UserError('usage', translate('rollback.noneBefore'), translate('rollback.noneBefore.hint'));
  return version;
}

async function refuseUnregistered(context: CommandContext, session: Session, version: number): Promise<void> {
  const { translate } = context;
  const versions = await (await openRegistry(context, session)).listVersions(session.project.names.registeredModel);
  if (versions.some((each) => each.version === version)) return;
  const known = versions.map((each) => String(each.version)).join(', ');
  throw new UserError(
    'failed',
    translate('rollback.gone', { version: String(version), model: session.project.names.registeredModel }),
    known === '' ? translate('rollback.gone.none') : translate('rollback.gone.hint', { known }),
  );
}

async function getRevision({ translate }: CommandContext, cluster: Cluster, version: number): Promise<Revision> {
  const revisions = await cluster.listRevisions();
  const found = revisions.find((each) => each.version === String(version));
  if (found !== undefined) return found;
  const known = [...new Set(revisions.map((each) => each.version).filter(Boolean))].join(', ');
  throw new UserError(
    'failed',
    translate('rollback.notKept', { version: String(version), known }),
    translate('rollback.notKept.hint'),
  );
}

function tell({ terminal, translate }: CommandContext, { current }: ServedVersions, version: number): void {
  const values = { version: String(version), current: current ?? '?' };
  terminal.print(translate(current === String(version) ? 'rollback.same' : 'rollback.change', values));
}

interface Result {
  readonly status: 'dry-run' | 'proposed' | 'served';
  readonly pin?: Pin | undefined;
}

function report(
  context: CommandContext,
  { current }: ServedVersions,
  version: number,
  { status, pin }: Result,
): ExitCode {
  const { terminal, translate } = context;
  if (status === 'dry-run') terminal.print(translate('rollback.dryRun'));
  else if (pin === undefined) terminal.print(translate('rollback.pinned', { version: String(version) }));
  else {
    terminal.print(translate(`schedule.${pin.action}`, { id: String(pin.pullRequest.id), url: pin.url }));
    terminal.print(translate(status === 'served' ? 'rollback.held' : 'rollback.next'));
  }
  context.printDocument({
    schema: 1,
    kind: 'rollback',
    status,
    version,
    ...(current === undefined ? {} : { before: current }),
    ...(pin === undefined
      ? {}
      : { pullRequest: { id: pin.pullRequest.id, url: pin.url, branch: pin.branch }, commit: pin.commit }),
  });
  return 0;
}
