import { toGuid } from '../identities.ts';
import { type Answer, type Call, getBody, type Handlers, list, ok, toText } from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { getPullRequest, getPullRequestToChange, toPullRequestUrl } from './find-pull-request.ts';
import type { Json, PullRequest } from './state.ts';

/** A label as the service shows it; one name has one id wherever it hangs. */
export function toLabel(call: Call, pullRequest: PullRequest, name: string): Json {
  const id = toGuid(`label:${name.toLowerCase()}`);
  return { id, name, active: true, url: `${toPullRequestUrl(call, pullRequest)}/labels/${id}` };
}

function getLabel(call: Call, pullRequest: PullRequest, nameOrId: string): string {
  const wanted = nameOrId.toLowerCase();
  const found = pullRequest.labels.find(
    (name) => name.toLowerCase() === wanted || toLabel(call, pullRequest, name).id === wanted,
  );
  if (found !== undefined) return found;
  throw new ServiceError(404, 'GitPullRequestLabelNotFoundException', `The label ${nameOrId} was not found.`);
}

function showLabels(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  const { labelIdOrName } = call.params;
  if (labelIdOrName === undefined) return list(pullRequest.labels.map((name) => toLabel(call, pullRequest, name)));
  return ok(toLabel(call, pullRequest, getLabel(call, pullRequest, labelIdOrName)));
}

function addLabel(call: Call): Answer {
  const pullRequest = getPullRequestToChange(call);
  const name = toText(getBody(call).name);
  if (name.trim() === '' || name.length > 256) {
    throw badRequest(`'${name}' is not a valid name of a label.`, 'GitPullRequestLabelNameInvalid');
  }
  const known = pullRequest.labels.find((other) => other.toLowerCase() === name.toLowerCase());
  if (known === undefined) pullRequest.labels.push(name);
  return ok(toLabel(call, pullRequest, known ?? name));
}

function removeLabel(call: Call): Answer {
  const pullRequest = getPullRequestToChange(call);
  const name = getLabel(call, pullRequest, call.params.labelIdOrName ?? '');
  pullRequest.labels = pullRequest.labels.filter((other) => other !== name);
  return { status: 200 };
}

/** Labels of a pull request. */
export const pullRequestLabelHandlers: Handlers = {
  pullRequestLabels: { GET: showLabels, POST: addLabel, DELETE: removeLabel },
};
