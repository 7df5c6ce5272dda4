import { createTranslate, UserError } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { toRemote } from '../feature/finish-feature.ts';
import type { PullRequest } from '../services/azure-devops/pull-requests.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import type { GitObjects } from '../services/git-objects.ts';
import type { Session } from '../session.ts';
import { conflictsOf, describeForReview } from './describe-update.ts';
import type { UpdatePlan } from './plan-update.ts';
import { toAllWrites } from './write-locally.ts';

/** The one branch of updates: what is proposed is always what the newest run makes of main. */
export const BRANCH = 'mlops/update';

/** Beginning of our commits' messages, by which they are told from people's. */
const COMMIT = 'mlops update: ';

/** Where an update is delivered. */
export interface Destination {
  readonly repository: Repository;
  /** Tip of main. */
  readonly main: string;
  /** Tip of our branch, where there is one. */
  readonly tip?: string;
  /** Its open pull request. */
  readonly pullRequest?: PullRequest;
}

/** What was done about it. */
export interface Delivery {
  readonly pullRequest: PullRequest;
  readonly url: string;
  /** `kept`: it was there and says the same. */
  readonly action: 'opened' | 'updated' | 'kept';
  /** The commit that was pushed; absent where the branch had all of it. */
  readonly commit?: string;
}

/**
 * Fetches main and our branch.
 * @throws UserError `conflict` where people have committed to our branch, `failed` where the server has no main
 */
export async function findDestination(
  { translate }: CommandContext,
  { project, services }: Session,
  objects: GitObjects,
): Promise<Destination> {
  const { azureDevOps, git, disk } = services;
  const repository = await azureDevOps.repositories.find(project.names.repository);
  if (repository === undefined)
    throw new UserError('failed', translate('update.notOnServer'), translate('update.notOnServer.hint'));
  const [main, tip, open] = await Promise.all([
    azureDevOps.repositories.findTip(repository.id, 'main'),
    azureDevOps.repositories.findTip(repository.id, BRANCH),
    azureDevOps.pullRequests.listActive(repository.id),
  ]);
  if (main === undefined)
    throw new UserError('failed', translate('update.notOnServer'), translate('update.notOnServer.hint'));
  const remote = await toRemote(services, repository);
  await git.fetch(disk.folder, 'main', remote);
  const pullRequest = open.find(({ branch }) => branch === BRANCH);
  if (tip === undefined) return { repository, main };
  await git.fetch(disk.folder, BRANCH, remote);
  const { stdout } = await objects.run(disk.folder, ['log', '-z', '--format=%s', `${main}..${tip}`]);
  const subjects = stdout.toString().split('\0').filter(Boolean);
  if (!subjects.every((subject) => subject.startsWith(COMMIT))) {
    const where = pullRequest === undefined ? BRANCH : `${BRANCH} (!${pullRequest.id})`;
    throw new UserError('conflict', translate('update.heldByPeople', { where }), translate('update.heldByPeople.hint'));
  }
  return { repository, main, tip, ...(pullRequest === undefined ? {} : { pullRequest }) };
}

/**
 * Pushes the update as our branch and opens or updates its pull request. A commit on top of what is there, never a forced push:
 * whoever pushed meanwhile is not overwritten, but makes this one fail.
 */
export async function deliver(
  context: CommandContext,
  { services }: Session,
  objects: GitObjects,
  destination: Destination,
  plan: UpdatePlan,
): Promise<Delivery> {
  const { azureDevOps } = services;
  const { repository, pullRequest: open } = destination;
  const translate = createTranslate(plan.manifest.languages[0] ?? 'en');
  const isDraft = conflictsOf(plan).length > 0;
  const spec = { title: toTitle(plan, translate), description: describeForReview(plan, translate), isDraft };
  const commit = await push(context, services, objects, destination, plan, `${COMMIT}${spec.title}\n`);
  const pushed = commit === undefined ? {} : { commit };
  const pullRequest =
    open === undefined
      ? await azureDevOps.pullRequests.create(repository.id, BRANCH, spec)
      : await azureDevOps.pullRequests.update(repository.id, open.id, spec);
  const action = open === undefined ? 'opened' : commit === undefined ? 'kept' : 'updated';
  return { pullRequest, action, url: `${repository.webUrl}/pullrequest/${pullRequest.id}`, ...pushed };
}

function toTitle({ from, to }: UpdatePlan, translate: CommandContext['translate']): string {
  return from === to ? translate('update.title.same') : translate('update.title', { from, to });
}

/** @returns the commit; `undefined` where the branch holds exactly this already */
async function push(
  { translate }: CommandContext,
  services: Session['services'],
  objects: GitObjects,
  { repository, main, tip }: Destination,
  plan: UpdatePlan,
  message: string,
): Promise<string | undefined> {
  const { git, disk, azureDevOps } = services;
  const { folder } = disk;
  const user = await azureDevOps.getUser();
  const [tree, hasMain] = await Promise.all([
    readLine(objects, folder, ['rev-parse', `${main}^{tree}`]),
    tip === undefined ? false : git.leadsTo(folder, main, tip),
  ]);
  const parents = tip === undefined ? [main] : hasMain ? [tip] : [tip, main];
  const [commit = ''] = await objects.makeCommits(folder, [
    {
      ref: 'refs/mlops/outgoing',
      parents,
      tree,
      changes: toAllWrites(plan.merge),
      message,
      author: { name: user.displayName || user.account, email: user.account },
      time: Math.floor(Date.now() / 1000),
    },
  ]);
  if (tip !== undefined && hasMain) {
    const [held, made] = await Promise.all(
      [tip, commit].map((each) => readLine(objects, folder, ['rev-parse', `${each}^{tree}`])),
    );
    if (held === made) return undefined;
  }
  const reason = await git.push(folder, BRANCH, await toRemote(services, repository), commit);
  if (reason === undefined) return commit;
  // Somebody pushed between our look and our push; their work stays.
  const isRace = /fetch first|non-fast-forward|already exists|cannot lock ref|TF401028|stale info/i.test(reason);
  throw new UserError(
    isRace ? 'try-again' : 'forbidden',
    translate('update.refused', { branch: BRANCH, reason }),
    translate(isRace ? 'update.refused.again' : 'update.refused.hint'),
  );
}

async function readLine(objects: GitObjects, folder: string, args: readonly string[]): Promise<string> {
  return (await objects.run(folder, args)).stdout.toString().trim();
}
