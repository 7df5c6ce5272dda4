import type { Call } from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { findRef } from './git.ts';
import type { Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** @throws ServiceError 400 */
export function checkTexts(title: string, description: string): void {
  if (title !== '' && title.length <= 400 && description.length <= 4000) return;
  throw badRequest(
    'Invalid argument value.\r\nParameter name: A pull request has a title of 1 to 400 characters and a description of at most 4000.',
    'InvalidArgumentValueException',
  );
}

/** Refuses a pull request between these branches. @throws ServiceError 400, 409 */
export function refuseBadRefs(call: Call, repository: Repository, source: string, target: string): void {
  const folder = toGitFolder(call.world, repository);
  const isBranch = (ref: string) => ref.startsWith('refs/heads/') && findRef(folder, ref) !== undefined;
  if (source === target || !isBranch(source) || !isBranch(target)) {
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
