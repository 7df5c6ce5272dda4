import type { Call } from './call.ts';
import { describeCommitShortly } from './commits.ts';
import { toPullRequestUrl } from './find-pull-request.ts';
import { toIdentityRef } from './people.ts';
import { toLabel } from './pull-request-labels.ts';
import { describeRepository } from './repositories.ts';
import { isStale, readHeads } from './settle-pull-requests.ts';
import type { Json, PullRequest, Repository, Reviewer } from './state.ts';

/** A pull request as the service shows it, with the state of its merge as it is now. */
export async function describePullRequest(call: Call, repository: Repository, pullRequest: PullRequest): Promise<Json> {
  const { id, autoCompleteSetBy, completionOptions, closedBy, closedDate } = pullRequest;
  return {
    repository: describeRepository(call, repository),
    pullRequestId: id,
    codeReviewId: id,
    status: pullRequest.status,
    createdBy: toIdentityRef(call, pullRequest.createdBy),
    creationDate: pullRequest.creationDate,
    ...(closedDate === undefined ? {} : { closedDate }),
    ...(closedBy === undefined ? {} : { closedBy: toIdentityRef(call, closedBy) }),
    title: pullRequest.title,
    description: pullRequest.description,
    sourceRefName: pullRequest.sourceRefName,
    targetRefName: pullRequest.targetRefName,
    isDraft: pullRequest.isDraft,
    ...(await describeMerge(call, repository, pullRequest)),
    reviewers: pullRequest.reviewers.map((reviewer) => describeReviewer(call, pullRequest, reviewer)),
    labels: pullRequest.labels.map((name) => toLabel(call, pullRequest, name)),
    url: toPullRequestUrl(call, pullRequest),
    supportsIterations: true,
    ...(completionOptions === undefined ? {} : { completionOptions }),
    ...(autoCompleteSetBy === undefined ? {} : { autoCompleteSetBy: toIdentityRef(call, autoCompleteSetBy) }),
    artifactId: `vstfs:///Git/PullRequestId/${repository.projectId}%2f${repository.id}%2f${id}`,
  };
}

/** What is closed keeps the merge it was closed with; an open one waits for a merge of its newest heads. */
async function describeMerge(call: Call, repository: Repository, pullRequest: PullRequest): Promise<Json> {
  const { merge, status, completing } = pullRequest;
  const isWaiting = status === 'active' && (completing !== undefined || isStale(call, pullRequest));
  const { source, target } = merge && !isWaiting ? merge : readHeads(call, pullRequest);
  const commits = `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}/commits`;
  const refer = (commitId: string) => ({ commitId, url: `${commits}/${commitId}` });
  return {
    mergeStatus: isWaiting || !merge ? 'queued' : merge.status,
    ...(merge?.message === undefined ? {} : { mergeFailureMessage: merge.message }),
    ...(source === '' ? {} : { lastMergeSourceCommit: refer(source) }),
    ...(target === '' ? {} : { lastMergeTargetCommit: refer(target) }),
    ...(merge?.commitId === undefined || isWaiting
      ? {}
      : { lastMergeCommit: await describeCommitShortly(call, repository, merge.commitId) }),
  };
}

/** A reviewer and the vote. */
export function describeReviewer(call: Call, pullRequest: PullRequest, reviewer: Reviewer): Json {
  return {
    reviewerUrl: `${toPullRequestUrl(call, pullRequest)}/reviewers/${reviewer.id}`,
    vote: reviewer.vote,
    hasDeclined: false,
    isFlagged: false,
    ...(reviewer.isRequired ? { isRequired: true } : {}),
    ...(toIdentityRef(call, reviewer.id) as Json),
  };
}
