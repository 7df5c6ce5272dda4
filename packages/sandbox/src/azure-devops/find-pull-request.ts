import { type Call, findProject, getProject } from './call.ts';
import { ServiceError } from './errors.ts';
import { getEnabledRepository, toRefToken, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
import type { PullRequest, Repository } from './state.ts';

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

/** The pull request of the address, for a caller who may work on it. @throws ServiceError 403, 404 */
export function getPullRequestToChange(call: Call): PullRequest {
  const pullRequest = getPullRequest(call);
  requireContribute(call, repositoryOf(call, pullRequest));
  return pullRequest;
}

/** The same, while it is open. @throws ServiceError 400, 403, 404 */
export function getOpenPullRequest(call: Call): PullRequest {
  const pullRequest = getPullRequestToChange(call);
  if (pullRequest.status === 'active') return pullRequest;
  throw notEditable();
}

/** What the service says of a change that the state of a pull request does not allow. */
export function notEditable(): ServiceError {
  return new ServiceError(
    400,
    'GitPullRequestNotEditableException',
    'TF401181: The pull request cannot be edited due to its state.',
  );
}

/** Address of a pull request, no slash at the end. */
export function toPullRequestUrl(call: Call, { projectId, repositoryId, id }: PullRequest): string {
  return `${call.base}/${projectId}/_apis/git/repositories/${repositoryId}/pullRequests/${id}`;
}

/** The repository a pull request belongs to. */
export function repositoryOf(call: Pick<Call, 'organization'>, pullRequest: PullRequest): Repository {
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

/** Completing writes to the target branch. @throws ServiceError 403 */
export function requireMerge(call: Call, repository: Repository, { targetRefName }: PullRequest): void {
  const project = findProject(call.organization, repository.projectId);
  requireRight(call, 'GenericContribute', {
    ...(project ? { project } : {}),
    token: toRefToken(repository, targetRefName),
  });
}
