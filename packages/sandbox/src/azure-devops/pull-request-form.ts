import { type Call, isObject, toText } from './call.ts';
import { describeCommitShortly } from './commits.ts';
import { findRef, tryGit } from './git.ts';
import { toIdentityRef } from './people.ts';
import { describeRepository } from './repositories.ts';
import type { Json, PullRequest, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** A pull request as the service shows it, with the state of its merge as it is now. */
export async function describePullRequest(call: Call, repository: Repository, pullRequest: PullRequest): Promise<Json> {
  const { id, extra } = pullRequest;
  const base = `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}`;
  return {
    repository: describeRepository(call, repository),
    pullRequestId: id,
    codeReviewId: id,
    status: pullRequest.status,
    createdBy: toIdentityRef(call, pullRequest.createdBy),
    creationDate: pullRequest.creationDate,
    title: pullRequest.title,
    description: pullRequest.description,
    sourceRefName: pullRequest.sourceRefName,
    targetRefName: pullRequest.targetRefName,
    isDraft: pullRequest.isDraft,
    ...(await describeMerge(call, repository, pullRequest)),
    reviewers: pullRequest.reviewers.map((reviewer) => describeReviewer(call, base, pullRequest, reviewer)),
    labels: pullRequest.labels.map((name) => ({ name, active: true })),
    url: `${base}/pullRequests/${id}`,
    supportsIterations: true,
    ...extra,
    ...(isObject(extra.autoCompleteSetBy)
      ? { autoCompleteSetBy: toIdentityRef(call, toText(extra.autoCompleteSetBy.id)) }
      : {}),
    artifactId: `vstfs:///Git/PullRequestId/${repository.projectId}%2f${repository.id}%2f${id}`,
  };
}

async function describeMerge(
  call: Call,
  repository: Repository,
  { sourceRefName, targetRefName }: PullRequest,
): Promise<Json> {
  const folder = toGitFolder(call.world, repository);
  const source = findRef(folder, sourceRefName);
  const target = findRef(folder, targetRefName);
  if (source === undefined || target === undefined) return { mergeStatus: 'failure' };
  const { code } = await tryGit(folder, ['merge-tree', '--write-tree', '--no-messages', target, source]);
  return {
    mergeStatus: code === 0 ? 'succeeded' : 'conflicts',
    lastMergeSourceCommit: await describeCommitShortly(call, repository, source),
    lastMergeTargetCommit: await describeCommitShortly(call, repository, target),
  };
}

/** A reviewer and the vote. */
export function describeReviewer(
  call: Call,
  base: string,
  { id }: PullRequest,
  reviewer: PullRequest['reviewers'][number],
): Json {
  return {
    reviewerUrl: `${base}/pullRequests/${id}/reviewers/${reviewer.id}`,
    vote: reviewer.vote,
    hasDeclined: false,
    isFlagged: false,
    ...(reviewer.isRequired ? { isRequired: true } : {}),
    ...(toIdentityRef(call, reviewer.id) as Json),
  };
}
