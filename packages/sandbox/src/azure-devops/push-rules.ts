import { type Call, findProject } from './call.ts';
import { findDefaultBranch, NO_OBJECT } from './git.ts';
import { appliesTo } from './policy-scope.ts';
import type { RefCommand } from './receive-pack.ts';
import { toRefToken } from './repositories.ts';
import { mayAll } from './rights.ts';
import { GIT_NAMESPACE } from './security-namespaces.ts';
import type { Policy, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

const POLICY_EXEMPT = 128;

/** What the service says of a push past a policy. */
export const TF402455 =
  'TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.';

/** Why the caller may not move this ref, or `undefined`. */
export function findPushRefusal(call: Call, repository: Repository, command: RefCommand): string | undefined {
  if (!command.ref.startsWith('refs/')) return 'TF401035: invalid ref name';
  if (command.ref.startsWith('refs/pull/')) return 'TF401035: refs/pull/ belongs to the pull requests';
  // A branch that is not there yet may be made: else no protected repository could ever be filled.
  if (command.oldId === NO_OBJECT) return undefined;
  const project = findProject(call.organization, repository.projectId);
  const isExempt = mayAll(call, GIT_NAMESPACE, toRefToken(repository, command.ref), POLICY_EXEMPT, project);
  if (!isExempt && blockingPolicies(call, repository, command.ref).length > 0) return TF402455;
  return undefined;
}

/** Enabled, blocking policies on a branch. */
export function blockingPolicies(
  call: Pick<Call, 'world' | 'organization'>,
  repository: Repository,
  ref: string,
): readonly Policy[] {
  const defaultBranch = findDefaultBranch(toGitFolder(call.world, repository));
  return call.organization.policies.filter(
    (policy) => policy.body.isEnabled && policy.body.isBlocking && appliesTo(policy, repository, ref, defaultBranch),
  );
}
