import {
  type Answer,
  type Call,
  findProject,
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
import { badRequest, ServiceError } from './errors.ts';
import { findRef } from './git.ts';
import { describePullRequest } from './pull-request-form.ts';
import { getEnabledRepository, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
import { type PullRequest, type Repository, takeNumber } from './state.ts';
import { toGitFolder } from './world.ts';

/** The pull request of the address. @throws ServiceError 404 */
export function getPullRequest(call: Call): PullRequest {
  const id = call.params.pullRequestId;
  const repository = call.params.repositoryId === undefined ? undefined : getEnabledRepository(call);
  const project = call.params.project === undefined ? undefined : getProject(call);
  const found = call.organization.pullRequests.find(
    (pullRequest) =>
      String(pullRequest.id) === id &&
      (repository === undefined || pullRequest.repositoryId === repository.id) &&
      (project === undefined || pullRequest.projectId === project.id),
  );
  if (found) return found;
  throw new ServiceError(404, 'GitPullRequestNotFoundException', `TF401180: The requested pull request was not found.`);
}

/** The repository a pull request belongs to. */
export function repositoryOf(call: Call, pullRequest: PullRequest): Repository {
  const repository = call.organization.repositories.find(({ id }) => id === pullRequest.repositoryId);
  if (!repository) throw new Error(`pull request ${pullRequest.id} without repository`);
  return repository;
}

/** @throws ServiceError 403 */
export function requireContribute(call: Call, repository: Repository): void {
  const project = findProject(call.organization, repository.projectId);
  requireRight(call, 'PullRequestContribute', {
    ...(project ? { project } : {}),
    token: toRepositoryToken(repository),
  });
}

async function createPullRequest(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  requireContribute(call, repository);
  const body = getBody(call);
  const sourceRefName = toText(body.sourceRefName);
  const targetRefName = toText(body.targetRefName);
  const title = toText(body.title);
  if (title === '' || title.length > 400)
    throw badRequest(
      'TF401181: The pull request title must have 1 to 400 characters.',
      'InvalidArgumentValueException',
    );
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
    extra: {},
  };
  call.organization.pullRequests.push(pullRequest);
  return { status: 201, body: await describePullRequest(call, repository, pullRequest) };
}

function refuseBadRefs(call: Call, repository: Repository, source: string, target: string): void {
  const folder = toGitFolder(call.world, repository);
  if (source === target || findRef(folder, source) === undefined || findRef(folder, target) === undefined) {
    throw badRequest(
      'TF401398: The pull request cannot be activated because the source and/or the target branch no longer exists, or the requested branches are the same.',
      'GitPullRequestCannotBeActivated',
    );
  }
  const isOpen = call.organization.pullRequests.some(
    (other) =>
      other.repositoryId === repository.id &&
      other.status === 'active' &&
      other.sourceRefName === source &&
      other.targetRefName === target,
  );
  if (!isOpen) return;
  throw new ServiceError(
    409,
    'GitPullRequestExistsException',
    'TF401179: An active pull request for the source and target branch already exists.',
  );
}

function toReviewers(call: Call, sent: unknown): PullRequest['reviewers'] {
  return (Array.isArray(sent) ? sent : []).filter(isObject).map(({ id, isRequired }) => {
    const reviewer = call.world.identities().find((identity) => identity.id === toText(id));
    if (!reviewer)
      throw badRequest(`TF401186: The reviewer ${toText(id)} is not valid.`, 'GitPullRequestInvalidReviewers');
    return { id: reviewer.id, vote: 0, isRequired: isRequired === true };
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

async function updatePullRequest(call: Call): Promise<Answer> {
  const pullRequest = getPullRequest(call);
  const repository = repositoryOf(call, pullRequest);
  requireContribute(call, repository);
  const body = getBody(call);
  if (typeof body.title === 'string') pullRequest.title = body.title;
  if (typeof body.description === 'string') pullRequest.description = body.description;
  if (typeof body.isDraft === 'boolean') pullRequest.isDraft = body.isDraft;
  for (const field of ['autoCompleteSetBy', 'completionOptions']) {
    if (body[field] !== undefined) pullRequest.extra[field] = body[field];
  }
  changeStatus(call, repository, pullRequest, findEnumName(pullRequestStatus, body.status));
  return ok(await describePullRequest(call, repository, pullRequest));
}

function changeStatus(call: Call, repository: Repository, pullRequest: PullRequest, status: string | undefined): void {
  if (status === undefined || status === pullRequest.status) return;
  if (status === 'abandoned' && pullRequest.status === 'active') {
    pullRequest.status = 'abandoned';
    pullRequest.extra.closedDate = new Date().toISOString();
    return;
  }
  if (status === 'active' && pullRequest.status === 'abandoned') {
    refuseBadRefs(call, repository, pullRequest.sourceRefName, pullRequest.targetRefName);
    pullRequest.status = 'active';
    delete pullRequest.extra.closedDate;
    return;
  }
  throw badRequest(
    `TF401182: The pull request cannot be changed from ${pullRequest.status} to ${status}.`,
    'GitPullRequestCannotBeUpdated',
  );
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
