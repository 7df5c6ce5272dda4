import { type Translate, UserError } from '@create-mlops-model/core';
import { isSameRemote } from '../resources/local-repository.ts';
import type { PullRequestState } from '../services/azure-devops/pull-requests.ts';
import type { GitFolder } from '../services/databricks.ts';
import { ServiceError } from '../services/service-error.ts';
import type { Services } from '../services/services.ts';
import { type FeatureRepository, toRemote } from './finish-feature.ts';

/** A branch whose pull request was merged with all that is on it, here and on the server. */
export interface MergedFeature {
  readonly branch: string;
  readonly pullRequest: PullRequestState;
  /** Its tip on the server; absent where it is gone already. */
  readonly tip?: string;
  /** The Git folder that was made for it, where it is still there: on it, or on main since a run that died. */
  readonly gitFolder?: GitFolder;
}

/**
 * Looks whether the branch is merged. Changes nothing.
 * @param path where the feature's Git folder would be
 * @returns `undefined` where something on the branch is not merged: it wants a pull request, not a clean-up
 * @throws UserError `conflict` where only the Git folder holds commits that are not
 */
export async function findMerged(
  services: Services,
  repository: FeatureRepository,
  branch: string,
  path: string,
  translate: Translate,
): Promise<MergedFeature | undefined> {
  const { azureDevOps, git, disk, databricks } = services;
  const pullRequest = await azureDevOps.pullRequests.findNewest(repository.id, branch);
  if (pullRequest?.status !== 'completed') return undefined;
  const [tip, live] = await Promise.all([
    azureDevOps.repositories.findTip(repository.id, branch),
    databricks.findGitFolder(path),
  ]);
  // Commits that were made in Databricks may not be in this clone yet.
  if (tip !== undefined) await git.fetch(disk.folder, branch, await toRemote(services, repository));
  const isMerged = (commit: string) => git.leadsTo(disk.folder, commit, pullRequest.source);
  const own =
    live !== undefined && isSameRemote(live.url, repository.cloneUrl) && [branch, 'main'].includes(live.branch);
  const commits = ['HEAD', ...(tip === undefined ? [] : [tip])];
  if (!(await Promise.all(commits.map(isMerged))).every(Boolean)) return undefined;
  if (own && live.branch === branch && !(await isMerged(live.head))) throw unsaved(live, translate);
  return { branch, pullRequest, ...(tip === undefined ? {} : { tip }), ...(own ? { gitFolder: live } : {}) };
}

/**
 * Moves the feature's Git folder to main, which the service refuses where uncommitted changes would be overwritten.
 * @throws UserError `conflict`
 */
export async function leaveBranch({ databricks }: Services, folder: GitFolder, translate: Translate): Promise<void> {
  try {
    await databricks.checkOut(folder.id, 'main');
  } catch (error) {
    if (!(error instanceof ServiceError) || error.typeKey !== 'GIT_CONFLICT') throw error;
    throw unsaved(folder, translate, error);
  }
}

/**
 * Removes the branch from the server and from this clone, which goes to main as it is now. The local branch goes last: while it is there,
 * a run that died can be taken up.
 */
export async function removeBranch(
  services: Services,
  repository: FeatureRepository,
  { branch, tip }: MergedFeature,
): Promise<void> {
  const { azureDevOps, git, disk } = services;
  const { folder } = disk;
  if (tip !== undefined) await azureDevOps.branches.remove(repository.id, branch, tip);
  await git.fetch(folder, 'main', await toRemote(services, repository));
  await git.switchTo(folder, 'main');
  await git.fastForward(folder, 'origin/main');
  await git.removeBranch(folder, branch);
}

function unsaved({ path }: GitFolder, translate: Translate, cause?: unknown): UserError {
  const text = translate('feature.unsaved', { folder: path });
  return new UserError('conflict', text, translate('feature.unsaved.hint'), { cause });
}
