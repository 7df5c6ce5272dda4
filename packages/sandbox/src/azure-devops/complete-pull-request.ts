import { toText } from './call.ts';
import { findDefaultBranch, findRef, tryGit } from './git.ts';
import { mergeCommits } from './merge-commits.ts';
import { findUnfulfilled, type Scene, toStrategy } from './pull-request-policies.ts';
import { blockingPolicies } from './push-rules.ts';
import { toRefToken } from './repositories.ts';
import { mayAll } from './rights.ts';
import { GIT_NAMESPACE } from './security-namespaces.ts';
import type { Merge, PullRequest, Repository } from './state.ts';
import { notePush } from './triggers/note-push.ts';
import { toGitFolder } from './world.ts';

const BYPASS_POLICY = 32768;

/** Whether somebody may complete past the policies of the target, and this pull request asks for it. */
export function mayBypass(scene: Scene, repository: Repository, pullRequest: PullRequest, by: string): boolean {
  if (pullRequest.completionOptions?.bypassPolicy !== true) return false;
  const identity = scene.world.identities().find(({ id }) => id === by);
  if (!identity) return false;
  const token = toRefToken(repository, pullRequest.targetRefName);
  return mayAll({ organization: scene.organization, identity }, GIT_NAMESPACE, token, BYPASS_POLICY);
}

/** Completes a pull request that is to be completed, if it can be; else it waits, or says why not by its merge. */
export async function completePullRequest(
  scene: Scene,
  repository: Repository,
  pullRequest: PullRequest,
): Promise<void> {
  try {
    const { isDraft, merge } = pullRequest;
    const by = pullRequest.completing ?? pullRequest.autoCompleteSetBy;
    if (by === undefined || isDraft || merge?.commitId === undefined) return;
    const isHeldUp = await isHeldUpByPolicies(scene, repository, pullRequest, by);
    if (!isHeldUp) await finish(scene, repository, pullRequest, merge, by);
    else if (pullRequest.completing !== undefined) merge.status = 'rejectedByPolicy';
  } finally {
    // Last of all: until then whoever asks is told that the completion is under way.
    delete pullRequest.completing;
  }
}

async function isHeldUpByPolicies(
  scene: Scene,
  repository: Repository,
  pullRequest: PullRequest,
  by: string,
): Promise<boolean> {
  if (mayBypass(scene, repository, pullRequest, by)) return false;
  const isAutomatic = pullRequest.completing === undefined;
  const ignored = ignoredIds(pullRequest);
  const unfulfilled = await findUnfulfilled(scene, repository, pullRequest);
  return unfulfilled.some(({ id, body }) => body.isBlocking || (isAutomatic && !ignored.includes(id)));
}

/** Optional policies that automatic completion does not wait for; it does wait for all others. */
function ignoredIds({ completionOptions }: PullRequest): readonly unknown[] {
  const ids = completionOptions?.autoCompleteIgnoreConfigIds;
  return Array.isArray(ids) ? ids : [];
}

async function finish(
  scene: Scene,
  repository: Repository,
  pullRequest: PullRequest,
  merge: Merge,
  by: string,
): Promise<void> {
  const folder = toGitFolder(scene.world, repository);
  const { source, target } = merge;
  const person = scene.world.identities().find(({ id }) => id === by);
  const commitId = await mergeCommits(folder, {
    source,
    target,
    strategy: toStrategy(scene, repository, pullRequest),
    message:
      toText(pullRequest.completionOptions?.mergeCommitMessage) || `Merged PR ${pullRequest.id}: ${pullRequest.title}`,
    author: { name: person?.displayName ?? by, email: person?.account ?? by },
  });
  if (commitId === undefined) {
    // The heads merge as a whole, but not the source's commits one by one.
    pullRequest.merge = { ...merge, status: 'conflicts' };
    delete pullRequest.autoCompleteSetBy;
    return;
  }
  pullRequest.landing = { source, target, status: 'succeeded', commitId, by };
  scene.world.store.save();
  const { code, stderr } = await tryGit(folder, ['update-ref', pullRequest.targetRefName, commitId, target]);
  if (code === 0) return land(scene, repository, pullRequest, pullRequest.landing);
  pullRequest.merge = { source, target, status: 'failure', message: stderr.trim() };
  delete pullRequest.landing;
}

/** After a kill in the middle of a completion: what reached the target is complete, what did not is as before. */
export async function finishLanding(scene: Scene, repository: Repository, pullRequest: PullRequest): Promise<void> {
  const { landing, targetRefName } = pullRequest;
  if (!landing) return;
  const folder = toGitFolder(scene.world, repository);
  const args = ['merge-base', '--is-ancestor', landing.commitId ?? '', targetRefName];
  if ((await tryGit(folder, args)).code === 0) await land(scene, repository, pullRequest, landing);
  else delete pullRequest.landing;
}

async function land(
  scene: Scene,
  repository: Repository,
  pullRequest: PullRequest,
  { by, ...merge }: Merge & { readonly by: string },
): Promise<void> {
  if (pullRequest.completionOptions?.deleteSourceBranch === true) await deleteSource(scene, repository, pullRequest);
  notePush(scene, repository, [pullRequest.targetRefName, pullRequest.sourceRefName], by);
  pullRequest.merge = merge;
  pullRequest.status = 'completed';
  pullRequest.closedBy = by;
  pullRequest.closedDate = new Date().toISOString();
  delete pullRequest.completing;
  delete pullRequest.landing;
}

/** As on the service, a branch that must stay stays, and the pull request is completed all the same. */
async function deleteSource(scene: Scene, repository: Repository, pullRequest: PullRequest): Promise<void> {
  const { sourceRefName, landing } = pullRequest;
  const folder = toGitFolder(scene.world, repository);
  const isNeeded = sourceRefName === findDefaultBranch(folder) || findRef(folder, sourceRefName) !== landing?.source;
  if (isNeeded || blockingPolicies(scene, repository, sourceRefName).length > 0) return;
  await tryGit(folder, ['update-ref', '-d', sourceRefName, landing?.source ?? '']);
}
