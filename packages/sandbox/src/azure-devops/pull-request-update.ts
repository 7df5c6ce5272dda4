import { type Answer, type Call, getBody, isObject, ok, toObject, toText } from './call.ts';
import { mayBypass } from './complete-pull-request.ts';
import { findEnumName, mergeStrategy, pullRequestStatus } from './enums.ts';
import { badRequest, ServiceError } from './errors.ts';
import { getPullRequestToChange, notEditable, repositoryOf, requireMerge } from './find-pull-request.ts';
import { NO_OBJECT } from './git.ts';
import { findPolicyType } from './policy-types.ts';
import { describePullRequest } from './pull-request-form.ts';
import { findUnfulfilled } from './pull-request-policies.ts';
import { checkTexts, refuseBadRefs } from './pull-request-rules.ts';
import { isStale, readHeads } from './settle-pull-requests.ts';
import type { Json, PullRequest } from './state.ts';

/**
 * Changes a pull request, wholly or not at all; completion is only asked for here, and happens after the answer.
 */
export async function updatePullRequest(call: Call): Promise<Answer> {
  const known = getPullRequestToChange(call);
  const pullRequest = structuredClone(known);
  const body = getBody(call);
  const status = findEnumName(pullRequestStatus, body.status);
  if (pullRequest.status !== 'active' && changesWork(body)) throw notEditable();
  changeTexts(pullRequest, body);
  changeTarget(call, pullRequest, body);
  changeDraft(pullRequest, body);
  if (isObject(body.completionOptions)) pullRequest.completionOptions = toOptions(body.completionOptions);
  changeAutoComplete(call, pullRequest, body);
  if (status === 'completed') await askToComplete(call, pullRequest, body);
  else changeStatus(call, pullRequest, status);
  const { organization } = call;
  organization.pullRequests = organization.pullRequests.map((other) => (other === known ? pullRequest : other));
  return ok(await describePullRequest(call, repositoryOf(call, pullRequest), pullRequest));
}

/** A closed pull request may still be described better; all else is over. */
function changesWork(body: Json): boolean {
  const fields = ['targetRefName', 'isDraft', 'autoCompleteSetBy', 'completionOptions'];
  return fields.some((field) => body[field] !== undefined && body[field] !== null);
}

function changeTexts(pullRequest: PullRequest, body: Json): void {
  const title = typeof body.title === 'string' ? body.title : pullRequest.title;
  const description = typeof body.description === 'string' ? body.description : pullRequest.description;
  checkTexts(title, description);
  Object.assign(pullRequest, { title, description });
}

function changeTarget(call: Call, pullRequest: PullRequest, { targetRefName }: Json): void {
  const wanted = toText(targetRefName);
  if (wanted === '' || wanted === pullRequest.targetRefName) return;
  refuseBadRefs(call, repositoryOf(call, pullRequest), pullRequest.sourceRefName, wanted);
  pullRequest.targetRefName = wanted;
}

/** Votes do not outlive the change from draft to finished work, or back. */
function changeDraft(pullRequest: PullRequest, { isDraft }: Json): void {
  if (typeof isDraft !== 'boolean' || isDraft === pullRequest.isDraft) return;
  pullRequest.isDraft = isDraft;
  for (const reviewer of pullRequest.reviewers) reviewer.vote = 0;
  if (isDraft) delete pullRequest.autoCompleteSetBy;
}

function toOptions(sent: Json): Json {
  const asked = findEnumName(mergeStrategy, sent.mergeStrategy);
  if (asked === undefined && sent.mergeStrategy !== undefined && sent.mergeStrategy !== null) {
    throw badRequest(
      `Invalid argument value.\r\nParameter name: ${String(sent.mergeStrategy)} is not a merge strategy.`,
      'InvalidArgumentValueException',
    );
  }
  const strategy = asked ?? (sent.squashMerge === true ? 'squash' : undefined);
  const known = Object.entries(sent).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...Object.fromEntries(known),
    ...(strategy === undefined ? {} : { mergeStrategy: strategy, squashMerge: strategy === 'squash' }),
  };
}

/** The empty GUID takes the wish back. */
function changeAutoComplete(call: Call, pullRequest: PullRequest, { autoCompleteSetBy }: Json): void {
  if (!isObject(autoCompleteSetBy)) return;
  const id = toText(autoCompleteSetBy.id).toLowerCase();
  if (/^[0-]*$/.test(id)) {
    delete pullRequest.autoCompleteSetBy;
    return;
  }
  if (id !== call.identity.id) {
    throw badRequest(
      'Invalid argument value.\r\nParameter name: Automatic completion can only be set by oneself.',
      'InvalidArgumentValueException',
    );
  }
  requireMerge(call, repositoryOf(call, pullRequest), pullRequest);
  pullRequest.autoCompleteSetBy = id;
}

async function askToComplete(call: Call, pullRequest: PullRequest, body: Json): Promise<void> {
  if (pullRequest.status !== 'active' || pullRequest.isDraft) throw notEditable();
  const repository = repositoryOf(call, pullRequest);
  requireMerge(call, repository, pullRequest);
  checkSource(call, pullRequest, toText(toObject(body.lastMergeSourceCommit).commitId));
  const wantsBypass = pullRequest.completionOptions?.bypassPolicy === true;
  if (wantsBypass && !mayBypass(call, repository, pullRequest, call.identity.id)) {
    throw new ServiceError(
      403,
      'GitNeedsPermissionException',
      `TF401027: You need the Git 'PullRequestBypassPolicy' permission to perform this action. Details: identity '${call.identity.account}', scope 'branch'.`,
    );
  }
  if (!wantsBypass) await refuseUnfulfilled(call, pullRequest);
  pullRequest.completing = call.identity.id;
}

/** The zero id stands for "whatever is there". */
function checkSource(call: Call, pullRequest: PullRequest, commitId: string): void {
  if (commitId === '') {
    throw badRequest(
      'Invalid argument value.\r\nParameter name: You must specify a valid LastMergeSourceCommit to perform this operation.',
      'InvalidArgumentValueException',
    );
  }
  if (commitId === NO_OBJECT || commitId === readHeads(call, pullRequest).source) return;
  throw new ServiceError(
    409,
    'GitPullRequestStaleException',
    'TF401192: The source branch has been modified since the last merge attempt.',
  );
}

async function refuseUnfulfilled(call: Call, pullRequest: PullRequest): Promise<void> {
  // Path filters look at the merge, which may not have been tried yet: what it brings is decided after it.
  if (isStale(call, pullRequest)) return;
  const unfulfilled = await findUnfulfilled(call, repositoryOf(call, pullRequest), pullRequest);
  const names = unfulfilled
    .filter(({ body }) => body.isBlocking)
    .map(({ body }) => toText(body.settings.displayName) || findPolicyType(body.typeId)?.displayName);
  if (names.length === 0) return;
  throw new ServiceError(
    403,
    'GitPullRequestUpdateRejectedByPolicyException',
    `The pull request cannot be completed, because policies of the target branch are not fulfilled: ${names.join(', ')}.`,
  );
}

function changeStatus(call: Call, pullRequest: PullRequest, status: string | undefined): void {
  if (status === undefined || status === 'notSet' || status === pullRequest.status) return;
  if (status === 'abandoned' && pullRequest.status === 'active') {
    pullRequest.status = 'abandoned';
    pullRequest.closedBy = call.identity.id;
    pullRequest.closedDate = new Date().toISOString();
    delete pullRequest.autoCompleteSetBy;
    delete pullRequest.completing;
    return;
  }
  if (status !== 'active' || pullRequest.status !== 'abandoned') throw notEditable();
  const { sourceRefName, targetRefName } = pullRequest;
  refuseBadRefs(call, repositoryOf(call, pullRequest), sourceRefName, targetRefName);
  pullRequest.status = 'active';
  delete pullRequest.closedBy;
  delete pullRequest.closedDate;
}
