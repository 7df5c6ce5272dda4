import { type Answer, type Call, getBody, getBodyList, type Handlers, list, noContent, ok, toText } from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { getOpenPullRequest, getPullRequest } from './find-pull-request.ts';
import { describeReviewer } from './pull-request-form.ts';
import type { Json, PullRequest, Reviewer } from './state.ts';

const VOTES = [10, 5, 0, -5, -10];

function showReviewers(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  const { reviewerId } = call.params;
  if (reviewerId === undefined) {
    return list(pullRequest.reviewers.map((reviewer) => describeReviewer(call, pullRequest, reviewer)));
  }
  return ok(describeReviewer(call, pullRequest, getReviewer(pullRequest, reviewerId)));
}

function getReviewer(pullRequest: PullRequest, id: string): Reviewer {
  const reviewer = pullRequest.reviewers.find((candidate) => candidate.id === id.toLowerCase());
  if (reviewer) return reviewer;
  throw new ServiceError(404, 'GitPullRequestReviewerNotFound', `TF401187: The reviewer ${id} was not found.`);
}

function putReviewer(call: Call): Answer {
  const pullRequest = getOpenPullRequest(call);
  const reviewer = changeReviewer(call, pullRequest, call.params.reviewerId ?? '', getBody(call));
  return ok(describeReviewer(call, pullRequest, reviewer));
}

function addReviewers(call: Call): Answer {
  const pullRequest = getOpenPullRequest(call);
  const reviewers = getBodyList(call).map((sent) => changeReviewer(call, pullRequest, toText(sent.id), sent));
  return list(reviewers.map((reviewer) => describeReviewer(call, pullRequest, reviewer)));
}

/** Adds a reviewer, or votes; nobody votes for somebody else. */
function changeReviewer(call: Call, pullRequest: PullRequest, sentId: string, sent: Json): Reviewer {
  const id = sentId.toLowerCase();
  const vote = sent.vote === undefined || sent.vote === null ? undefined : Number(sent.vote);
  if (vote !== undefined && !VOTES.includes(vote)) {
    throw badRequest(`TF401188: ${vote} is not a valid vote.`, 'InvalidArgumentValueException');
  }
  if (vote !== undefined && vote !== 0 && id !== call.identity.id) {
    throw badRequest('TF401189: A vote can only be cast for oneself.', 'InvalidArgumentValueException');
  }
  if (!call.world.identities().some((identity) => identity.id === id)) {
    throw badRequest(`TF401186: The reviewer ${id} is not valid.`, 'GitPullRequestInvalidReviewer');
  }
  const known = pullRequest.reviewers.find((reviewer) => reviewer.id === id);
  const reviewer = known ?? { id, vote: 0, isRequired: false, approvedIterations: [] };
  if (!known) pullRequest.reviewers.push(reviewer);
  if (vote !== undefined) castVote(pullRequest, reviewer, vote);
  if (typeof sent.isRequired === 'boolean') reviewer.isRequired = sent.isRequired;
  return reviewer;
}

function castVote({ iterations }: PullRequest, reviewer: Reviewer, vote: number): void {
  reviewer.vote = vote;
  const current = iterations.at(-1)?.id ?? 0;
  const others = reviewer.approvedIterations.filter((iteration) => iteration !== current);
  reviewer.approvedIterations = vote > 0 ? [...others, current] : others;
}

function removeReviewer(call: Call): Answer {
  const pullRequest = getOpenPullRequest(call);
  const reviewer = getReviewer(pullRequest, call.params.reviewerId ?? '');
  pullRequest.reviewers = pullRequest.reviewers.filter((other) => other !== reviewer);
  return noContent();
}

/** Who reviews a pull request, and how they vote. */
export const pullRequestReviewerHandlers: Handlers = {
  pullRequestReviewers: { GET: showReviewers, POST: addReviewers, PUT: putReviewer, DELETE: removeReviewer },
};
