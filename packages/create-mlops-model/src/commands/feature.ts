import { createTranslate, type ExitCode, type Manifest, UserError } from '@create-mlops-model/core';
import { openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { findMerged } from '../feature/clean-up.ts';
import { type FinishedFeature, finishFeature, getBranch, inspectFeature } from '../feature/finish-feature.ts';
import { goToBranch } from '../feature/go-to-branch.ts';
import { startFeature, toFeatureFolder } from '../feature/start-feature.ts';
import { cleanUp } from '../feature/tell-clean-up.ts';
import type { PullRequestSpec } from '../services/azure-devops/pull-requests.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import type { Services } from '../services/services.ts';
import type { Session } from '../session.ts';

/** Starts a feature on a branch and in a Git folder of one's own, or ends it in a pull request. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const [action, name] = context.positionals;
  if (action === 'start') refuseBadName(context, name);
  else refuseName(context, name);
  const { session, manifest } = await openClone(context);
  try {
    const repository = await getRepository(context, session);
    return await (action === 'start'
      ? start(context, session, repository, name ?? '')
      : finish(context, session, repository, manifest));
  } finally {
    session.close();
  }
}

/** Fits a branch, a folder on every system, and a workspace path. */
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST = 40;
/** Beginning of the branches that `start` makes. */
const PREFIX = /^feature\//;

function refuseBadName({ translate, version }: CommandContext, name: string | undefined): void {
  if (name !== undefined && NAME.test(name) && name.length <= LONGEST) return;
  const help = `${toInvocation(version)} feature --help`;
  throw new UserError('usage', translate('feature.name'), translate('error.seeHelp', { help }));
}

function refuseName({ translate }: CommandContext, name: string | undefined): void {
  if (name === undefined) return;
  throw new UserError('usage', translate('error.tooManyWords', { word: name, command: 'feature finish' }));
}

async function getRepository({ translate, version }: CommandContext, session: Session): Promise<Repository> {
  const { names } = session.project;
  const repository = await session.services.azureDevOps.repositories.find(names.repository);
  if (repository !== undefined) return repository;
  const hint = translate('doctor.apply', { command: `${toInvocation(version)} apply` });
  throw new UserError('failed', translate('doctor.noRepository', { repository: names.repository }), hint);
}

async function start(
  context: CommandContext,
  { project, services }: Session,
  repository: Repository,
  name: string,
): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  const [user, main] = await Promise.all([
    services.databricks.getUser(),
    services.azureDevOps.repositories.findTip(repository.id, 'main'),
  ]);
  if (main === undefined) throw new UserError('failed', translate('schedule.notOnServer'));
  const branch = `feature/${name}`;
  const folder = toFeatureFolder(user, project.names.model, name);
  if (flags.dryRun) {
    terminal.print(translate('feature.start.dryRun', { branch, folder }));
    context.printDocument({ schema: 1, kind: 'feature', action: 'start', dryRun: true, branch, folder });
    return 0;
  }
  const source = { repositoryId: repository.id, cloneUrl: repository.cloneUrl, main, branch, folder };
  const started = await startFeature(services, source);
  terminal.print(translate(started.branchMade ? 'feature.branch.made' : 'feature.branch.there', { branch }));
  terminal.print(translate(started.folderMade ? 'feature.folder.made' : 'feature.folder.there', { folder }));
  const isHere = await goToBranch(services, repository, branch);
  terminal.print(
    isHere ? translate('feature.here', { branch }) : translate('feature.next', { command: `git switch ${branch}` }),
  );
  terminal.print(translate('feature.next.finish', { command: `${toInvocation(context.version)} feature finish` }));
  context.printDocument({ schema: 1, kind: 'feature', action: 'start', dryRun: false, ...started });
  return 0;
}

async function finish(
  context: CommandContext,
  session: Session,
  repository: Repository,
  manifest: Manifest,
): Promise<ExitCode> {
  const { services, project } = session;
  const { translate } = context;
  const branch = await getBranch(services, translate);
  const user = await services.databricks.getUser();
  const path = toFeatureFolder(user, project.names.model, branch.replace(PREFIX, ''));
  const merged = await findMerged(services, repository, branch, path, translate);
  return merged === undefined
    ? propose(context, services, repository, await inspectFeature(services, repository, branch, translate), manifest)
    : cleanUp(context, services, repository, merged);
}

/** Something is to be merged: it is pushed, and its pull request opened. */
async function propose(
  context: CommandContext,
  services: Services,
  repository: Repository,
  feature: FinishedFeature,
  manifest: Manifest,
): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  for (const line of describeRuns(feature, translate)) terminal.print(line);
  const document = { schema: 1, kind: 'feature', action: 'finish', dryRun: flags.dryRun, ...feature } as const;
  if (flags.dryRun) {
    terminal.print(translate('feature.finish.dryRun'));
    context.printDocument(document);
    return 0;
  }
  const { pullRequest, action } = await finishFeature(
    services,
    repository,
    feature,
    toSpec(feature, manifest),
    translate,
  );
  const url = `${repository.webUrl}/pullrequest/${pullRequest.id}`;
  terminal.print(
    translate(action === 'opened' ? 'schedule.opened' : 'feature.kept', { id: String(pullRequest.id), url }),
  );
  context.printDocument({ ...document, pullRequest: { id: pullRequest.id, url, status: action } });
  return 0;
}

function describeRuns({ branch, files, runs }: FinishedFeature, translate: CommandContext['translate']): string[] {
  const list = runs.map((name) => `- ${name}`);
  return [
    translate('feature.changed', { branch, count: files.length }),
    ...(runs.length === 0 ? [translate('feature.noRuns')] : [translate('feature.runs'), ...list]),
  ];
}

/** In the model's first language, whoever proposes it. */
function toSpec(feature: FinishedFeature, manifest: Manifest): PullRequestSpec {
  const translate = createTranslate(manifest.languages[0] ?? 'en');
  const title = translate('feature.title', { name: feature.branch.replace(PREFIX, '') });
  return { title, description: describeRuns(feature, translate).join('\n') };
}
