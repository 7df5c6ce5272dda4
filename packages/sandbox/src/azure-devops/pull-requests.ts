import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  getProject,
  type Handlers,
  isObject,
  list,
  ok,
  toText,
} from './call.ts';
import { findEnumName, pullRequestStatus } from './enums.ts';
import { badRequest } from './errors.ts';
import { getPullRequest, repositoryOf, requireContribute } from './find-pull-request.ts';
import { describePullRequest } from './pull-request-form.ts';
import { checkTexts, refuseBadRefs } from './pull-request-rules.ts';
import { updatePullRequest } from './pull-request-update.ts';
import { getEnabledRepository } from './repositories.ts';
import { noteHead } from './settle-pull-requests.ts';
import { type PullRequest, type Repository, takeNumber } from './state.ts';

async function createPullRequest(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  requireContribute(call, repository);
  const body = getBody(call);
  const sourceRefName = toText(body.sourceRefName);
  const targetRefName = toText(body.targetRefName);
  const title = toText(body.title);
  checkTexts(title, toText(body.description));
  refuseBadRefs(call, repository, sourceRefName, targetRefName);
  const pullRequest: PullRequest = {
    id: takeNumber(call.organization, 'pullRequest'),
    projectId: repository.projectId,
    repositoryId: repository.id,
    status: 'active',
    createdBy: call.identity.id,
    creationDate: new Date().toISOString(),
    sourceRefName,
    targetRefName,
    title,
    description: toText(body.description),
    isDraft: body.isDraft === true,
    reviewers: toReviewers(call, body.reviewers),
    threads: [],
    labels: (Array.isArray(body.labels) ? body.labels : []).filter(isObject).map(({ name }) => toText(name)),
    iterations: [],
    statuses: [],
    workItems: (Array.isArray(body.workItemRefs) ? body.workItemRefs : []).filter(isObject).map(({ id }) => toText(id)),
  };
  noteHead(call, repository, pullRequest, call.identity.id);
  call.organization.pullRequests.push(pullRequest);
  return { status: 201, body: await describePullRequest(call, repository, pullRequest) };
}

function toReviewers(call: Call, sent: unknown): PullRequest['reviewers'] {
  return (Array.isArray(sent) ? sent : []).filter(isObject).map(({ id, isRequired }) => {
    const reviewer = call.world.identities().find((identity) => identity.id === toText(id));
    if (!reviewer)
      throw badRequest(`TF401186: The reviewer ${toText(id)} is not valid.`, 'GitPullRequestInvalidReviewer');
    return { id: reviewer.id, vote: 0, isRequired: isRequired === true, approvedIterations: [] };
  });
}

async function listPullRequests(call: Call, repository: Repository | undefined): Promise<Answer> {
  const project = getProject(call);
  const criteria = (name: string) => findQuery(call, `searchCriteria.${name}`);
  const status = findEnumName(pullRequestStatus, criteria('status') ?? 'active') ?? 'active';
  const fits: readonly ((pullRequest: PullRequest) => boolean)[] = [
    ({ projectId }) => projectId === project.id,
    ({ repositoryId }) => repositoryId === (repository?.id ?? criteria('repositoryId') ?? repositoryId),
    (pullRequest) => status === 'all' || status === 'notSet' || pullRequest.status === status,
    ({ sourceRefName }) => sourceRefName === (criteria('sourceRefName') ?? sourceRefName),
    ({ targetRefName }) => targetRefName === (criteria('targetRefName') ?? targetRefName),
    ({ createdBy }) => createdBy === (criteria('creatorId') ?? createdBy),
    ({ reviewers }) =>
      criteria('reviewerId') === undefined || reviewers.some(({ id }) => id === criteria('reviewerId')),
  ];
  const found = call.organization.pullRequests
    .filter((item) => fits.every((fit) => fit(item)))
    .sort((a, b) => b.id - a.id);
  const skip = Number(findQuery(call, '$skip') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 101) || 101;
  const page = found.slice(skip, skip + top);
  return list(await Promise.all(page.map((item) => describePullRequest(call, repositoryOf(call, item), item))));
}

async function showPullRequest(call: Call): Promise<Answer> {
  const pullRequest = getPullRequest(call);
  return ok(await describePullRequest(call, repositoryOf(call, pullRequest), pullRequest));
}

/** Pull requests. */
export const pullRequestHandlers: Handlers = {
  pullRequests: {
    GET: (call) =>
      call.params.pullRequestId === undefined
        ? listPullRequests(call, getEnabledRepository(call))
        : showPullRequest(call),
    POST: createPullRequest,
    PATCH: updatePullRequest,
  },
  pullRequestById: { GET: showPullRequest },
  pullRequestsOfProject: { GET: (call) => listPullRequests(call, undefined) },
};
