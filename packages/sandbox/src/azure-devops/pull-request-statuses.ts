import { type Answer, type Call, getBody, type Handlers, list, noContent, ok, toObject, toText } from './call.ts';
import { findEnumName, gitStatusState } from './enums.ts';
import { badRequest, ServiceError } from './errors.ts';
import { getPullRequest, getPullRequestToChange } from './find-pull-request.ts';
import { toIdentityRef } from './people.ts';
import type { Json, PullRequest } from './state.ts';

function getStatus({ statuses }: PullRequest, id: string): Json {
  const status = statuses.find((candidate) => String(candidate.id) === id);
  if (status) return status;
  throw new ServiceError(404, 'GitPullRequestStatusNotFoundException', `The status ${id} was not found.`);
}

function showStatuses(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  const { statusId } = call.params;
  return statusId === undefined ? list(pullRequest.statuses) : ok(getStatus(pullRequest, statusId));
}

/** Statuses are never replaced: of several with one context the newest counts. */
function addStatus(call: Call): Answer {
  const pullRequest = getPullRequestToChange(call);
  const body = getBody(call);
  const { name, genre } = toObject(body.context);
  const state = findEnumName(gitStatusState, body.state ?? 'notSet');
  if (toText(name) === '' || state === undefined) {
    throw badRequest('Value cannot be null.\r\nParameter name: context.name', 'ArgumentNullException');
  }
  const now = new Date().toISOString();
  const status: Json = {
    id: Number(pullRequest.statuses.at(-1)?.id ?? 0) + 1,
    state,
    description: toText(body.description),
    context: { name, ...(genre === undefined || genre === null ? {} : { genre }) },
    creationDate: now,
    updatedDate: now,
    createdBy: toIdentityRef(call, call.identity.id),
    targetUrl: body.targetUrl ?? null,
    ...(body.iterationId === undefined ? {} : { iterationId: body.iterationId }),
  };
  pullRequest.statuses.push(status);
  return ok(status);
}

function removeStatus(call: Call): Answer {
  const pullRequest = getPullRequestToChange(call);
  const status = getStatus(pullRequest, call.params.statusId ?? '');
  pullRequest.statuses = pullRequest.statuses.filter((other) => other !== status);
  return noContent();
}

/** What other systems say of a pull request. */
export const pullRequestStatusHandlers: Handlers = {
  pullRequestStatuses: { GET: showStatuses, POST: addStatus, DELETE: removeStatus },
};
