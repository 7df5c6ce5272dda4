import { type Answer, type Call, getBody, type Handlers, isObject, list, noContent, ok, toText } from './call.ts';
import { commentType, findEnumName, threadStatus } from './enums.ts';
import { ServiceError } from './errors.ts';
import { getPullRequest, getPullRequestToChange } from './find-pull-request.ts';
import { toIdentityRef } from './people.ts';
import type { Json, PullRequest } from './state.ts';

function showThreads(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  return call.params.threadId === undefined ? list(pullRequest.threads) : ok(getThread(call, pullRequest));
}

function getThread(call: Call, { threads }: PullRequest): Json {
  const id = call.params.threadId;
  const thread = threads.find((candidate) => String(candidate.id) === id);
  if (thread) return thread;
  throw new ServiceError(
    404,
    'GitPullRequestCommentThreadNotFoundException',
    `The thread ${id} of the pull request was not found.`,
  );
}

function createThread(call: Call): Answer {
  const { threads } = getPullRequestToChange(call);
  const body = getBody(call);
  const now = new Date().toISOString();
  const thread: Json = {
    id: threads.length + 1,
    publishedDate: now,
    lastUpdatedDate: now,
    comments: [],
    ...(body.status === undefined ? {} : { status: findEnumName(threadStatus, body.status) ?? 'unknown' }),
    threadContext: body.threadContext ?? null,
    properties: body.properties ?? {},
    isDeleted: false,
    _links: {},
  };
  for (const comment of Array.isArray(body.comments) ? body.comments.filter(isObject) : []) {
    addComment(call, thread, comment);
  }
  threads.push(thread);
  return ok(thread);
}

function updateThread(call: Call): Answer {
  const thread = getThread(call, getPullRequestToChange(call));
  const body = getBody(call);
  if (body.status !== undefined) thread.status = findEnumName(threadStatus, body.status) ?? 'unknown';
  if (body.properties !== undefined) thread.properties = body.properties;
  thread.lastUpdatedDate = new Date().toISOString();
  return ok(thread);
}

function commentsOf(thread: Json): readonly Json[] {
  return Array.isArray(thread.comments) ? thread.comments.filter(isObject) : [];
}

function addComment(call: Call, thread: Json, sent: Json): Json {
  const comments = commentsOf(thread);
  const now = new Date().toISOString();
  const comment: Json = {
    id: comments.length + 1,
    parentCommentId: Number(sent.parentCommentId ?? 0),
    author: toIdentityRef(call, call.identity.id),
    content: toText(sent.content),
    publishedDate: now,
    lastUpdatedDate: now,
    lastContentUpdatedDate: now,
    commentType: findEnumName(commentType, sent.commentType) ?? 'text',
  };
  thread.comments = [...comments, comment];
  thread.lastUpdatedDate = now;
  return comment;
}

function getComment(call: Call, thread: Json): Json {
  const id = call.params.commentId;
  const comment = commentsOf(thread).find((candidate) => String(candidate.id) === id);
  if (comment) return comment;
  throw new ServiceError(404, 'GitPullRequestCommentNotFoundException', `The comment ${id} was not found.`);
}

function showComments(call: Call): Answer {
  const thread = getThread(call, getPullRequest(call));
  return call.params.commentId === undefined ? list(commentsOf(thread)) : ok(getComment(call, thread));
}

function createComment(call: Call): Answer {
  const thread = getThread(call, getPullRequestToChange(call));
  return ok(addComment(call, thread, getBody(call)));
}

/** The words of a comment belong to whom wrote them. */
function getOwnComment(call: Call): { thread: Json; comment: Json } {
  const thread = getThread(call, getPullRequestToChange(call));
  const comment = getComment(call, thread);
  if (isObject(comment.author) && comment.author.id === call.identity.id) return { thread, comment };
  throw new ServiceError(
    403,
    'GitPullRequestCommentCannotBeUpdatedException',
    'A comment can only be changed by the person who wrote it.',
  );
}

function updateComment(call: Call): Answer {
  const { comment } = getOwnComment(call);
  const now = new Date().toISOString();
  const { content } = getBody(call);
  if (typeof content === 'string') Object.assign(comment, { content, lastContentUpdatedDate: now });
  comment.lastUpdatedDate = now;
  return ok(comment);
}

/** What is deleted keeps its place, so that answers to it keep theirs; with its last comment a thread is deleted. */
function deleteComment(call: Call): Answer {
  const { thread, comment } = getOwnComment(call);
  Object.assign(comment, { isDeleted: true, content: '' });
  if (commentsOf(thread).every(({ isDeleted }) => isDeleted === true)) thread.isDeleted = true;
  return noContent();
}

/** What people write about a pull request. */
export const pullRequestThreadHandlers: Handlers = {
  pullRequestThreads: { GET: showThreads, POST: createThread, PATCH: updateThread },
  pullRequestComments: { GET: showComments, POST: createComment, PATCH: updateComment, DELETE: deleteComment },
};
