import { toText } from './call.ts';
import type { EvaluationStatus } from './pull-request-policies.ts';
import type { Json, PullRequest, Reviewer } from './state.ts';

/** Whether a policy lets a pull request pass. */
export function countsAsFulfilled(status: EvaluationStatus): boolean {
  return status === 'approved' || status === 'notApplicable';
}

/** “Minimum number of reviewers”. */
export function evaluateMinimumReviewers(settings: Json, pullRequest: PullRequest): EvaluationStatus {
  const { reviewers, iterations } = pullRequest;
  if (settings.allowDownvotes !== true && reviewers.some(({ vote }) => vote < 0)) return 'rejected';
  const approvals = reviewers.filter(({ id, vote }) => vote > 0 && mayCount(settings, pullRequest, id));
  const wanted = Number(settings.minimumApproverCount ?? 1);
  const onEach = iterations.every(({ id }) => hasApproval(approvals, id));
  const onLast = hasApproval(approvals, iterations.at(-1)?.id ?? 0);
  const isEnough =
    approvals.length >= wanted &&
    (settings.requireVoteOnEachIteration !== true || onEach) &&
    (settings.requireVoteOnLastIteration !== true || onLast);
  return isEnough ? 'approved' : 'running';
}

function hasApproval(approvals: readonly Reviewer[], iteration: number): boolean {
  return approvals.some(({ approvedIterations }) => approvedIterations.includes(iteration));
}

function mayCount(settings: Json, { createdBy, iterations }: PullRequest, id: string): boolean {
  if (settings.creatorVoteCounts !== true && id === createdBy) return false;
  return settings.blockLastPusherVote !== true || id !== iterations.at(-1)?.author;
}

/** “Required reviewers”: all of those named, unless fewer are enough. */
export function evaluateRequiredReviewers(settings: Json, pullRequest: PullRequest): EvaluationStatus {
  const ids = toReviewerIds(settings);
  const named = pullRequest.reviewers.filter(({ id }) => ids.includes(id));
  if (named.some(({ vote }) => vote < 0)) return 'rejected';
  const mayVote = ({ id }: Reviewer) => settings.creatorVoteCounts === true || id !== pullRequest.createdBy;
  const approvals = named.filter((reviewer) => reviewer.vote > 0 && mayVote(reviewer));
  return approvals.length >= Number(settings.minimumApproverCount ?? ids.length) ? 'approved' : 'running';
}

/** Whom a policy of required reviewers names. */
export function toReviewerIds({ requiredReviewerIds }: Json): readonly string[] {
  return Array.isArray(requiredReviewerIds) ? requiredReviewerIds.map((id) => toText(id).toLowerCase()) : [];
}

/** What a new head does to the votes, by the strictest policy of the branch. */
export function resetVotes(policies: readonly Json[], { reviewers }: PullRequest): void {
  const resetsAll = policies.some(({ resetRejectionsOnSourcePush }) => resetRejectionsOnSourcePush === true);
  const resetsApprovals = policies.some(({ resetOnSourcePush }) => resetOnSourcePush === true);
  for (const reviewer of reviewers) {
    if (resetsAll || (resetsApprovals && reviewer.vote > 0)) reviewer.vote = 0;
  }
}
