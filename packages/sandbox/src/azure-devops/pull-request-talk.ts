import { type Answer, type Call, getBody, type Handlers, isObject, list, noContent, ok, toText } from './call.ts';
import { commentType, findEnumName, threadStatus } from './enums.ts';
import { badRequest, ServiceError } from './errors.ts';
import { toIdentityRef } from './people.ts';
import { describeReviewer } from './pull-request-form.ts';
import { getPullRequest, repositoryOf, requireContribute } from './pull-requests.ts';
import type { Json, PullRequest } from './state.ts';

const VOTES = [10, 5, 0, -5, -10];

function describe(call: Call, pullRequest: PullRequest, reviewer: PullRequest['reviewers'][number]): Json {
  const base = `${call.base}/${pullRequest.projectId}/_apis/git/repositories/${pullRequest.repositoryId}`;
  return describeReviewer(call, base, pullRequest, reviewer);
}

function showReviewers(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  const { reviewerId } = call.params;
  if (reviewerId === undefined)
    return list(pullRequest.reviewers.map((reviewer) => describe(call, pullRequest, reviewer)));
  return ok(describe(call, pullRequest, getReviewer(pullRequest, reviewerId)));
}

function getReviewer(pullRequest: PullRequest, id: string): PullRequest['reviewers'][number] {
  const reviewer = pullRequest.reviewers.find((candidate) => candidate.id === id.toLowerCase());
  if (reviewer) return reviewer;
  throw new ServiceError(404, 'GitPullRequestReviewerNotFound', `TF401187: The reviewer ${id} was not found.`);
}

/** Adds a reviewer, or votes; nobody votes for somebody else. */
function putReviewer(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  requireContribute(call, repositoryOf(call, pullRequest));
  const id = call.params.reviewerId?.toLowerCase() ?? '';
  const body = getBody(call);
  const vote = body.vote === undefined ? undefined : Number(body.vote);
  if (vote !== undefined && !VOTES.includes(vote))
    throw badRequest(`TF401188: ${vote} is not a valid vote.`, 'InvalidArgumentValueException');
  if (vote !== undefined && vote !== 0 && id !== call.identity.id) {
    throw badRequest('TF401189: A vote can only be cast for oneself.', 'InvalidArgumentValueException');
  }
  if (!call.world.identities().some((identity) => identity.id === id)) {
    throw badRequest(`TF401186: The reviewer ${id} is not valid.`, 'GitPullRequestInvalidReviewers');
  }
  const known = pullRequest.reviewers.find((reviewer) => reviewer.id === id);
  const reviewer = known ?? { id, vote: 0, isRequired: false };
  if (!known) pullRequest.reviewers.push(reviewer);
  if (vote !== undefined) reviewer.vote = vote;
  if (typeof body.isRequired === 'boolean') reviewer.isRequired = body.isRequired;
  return ok(describe(call, pullRequest, reviewer));
}

function removeReviewer(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  requireContribute(call, repositoryOf(call, pullRequest));
  const reviewer = getReviewer(pullRequest, call.params.reviewerId ?? '');
  pullRequest.reviewers = pullRequest.reviewers.filter((other) => other !== reviewer);
  return noContent();
}

function showThreads(call: Call): Answer {
  const { threads } = getPullRequest(call);
  const { threadId } = call.params;
  return threadId === undefined ? list(threads) : ok(getThread(threads, threadId));
}

function getThread(threads: readonly Json[], id: string): Json {
  const thread = threads.find((candidate) => String(candidate.id) === id);
  if (thread) return thread;
  throw new ServiceError(404, 'DiscussionThreadNotFoundException', `The thread ${id} was not found.`);
}

function createThread(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  requireContribute(call, repositoryOf(call, pullRequest));
  const body = getBody(call);
  const now = new Date().toISOString();
  const comments = (Array.isArray(body.comments) ? body.comments : []).filter(isObject).map((comment, index) => ({
    id: index + 1,
    parentCommentId: Number(comment.parentCommentId ?? 0),
    author: toIdentityRef(call, call.identity.id),
    content: toText(comment.content),
    publishedDate: now,
    lastUpdatedDate: now,
    lastContentUpdatedDate: now,
    commentType: findEnumName(commentType, comment.commentType) ?? 'text',
  }));
  const id = pullRequest.threads.length + 1;
  const thread: Json = {
    id,
    publishedDate: now,
    lastUpdatedDate: now,
    comments,
    ...(body.status === undefined ? {} : { status: findEnumName(threadStatus, body.status) ?? 'unknown' }),
    threadContext: body.threadContext ?? null,
    properties: body.properties ?? {},
    isDeleted: false,
    _links: {},
  };
  pullRequest.threads.push(thread);
  return ok(thread);
}

function updateThread(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  requireContribute(call, repositoryOf(call, pullRequest));
  const thread = getThread(pullRequest.threads, call.params.threadId ?? '');
  const body = getBody(call);
  if (body.status !== undefined) thread.status = findEnumName(threadStatus, body.status) ?? 'unknown';
  if (body.properties !== undefined) thread.properties = body.properties;
  thread.lastUpdatedDate = new Date().toISOString();
  return ok(thread);
}

/** What people say about a pull request: votes and comments. */
export const pullRequestTalkHandlers: Handlers = {
  pullRequestReviewers: { GET: showReviewers, PUT: putReviewer, DELETE: removeReviewer },
  pullRequestThreads: { GET: showThreads, POST: createThread, PATCH: updateThread },
};
