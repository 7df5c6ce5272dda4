import { isObject } from './call.ts';
import type { Json, Policy, Repository } from './state.ts';

/** One entry of a policy's scope. */
export interface PolicyScope {
  readonly repositoryId: string | undefined;
  readonly refName: string | undefined;
  readonly matchKind: string;
}

/** The scope of a policy's settings. */
export function toScopes(settings: Json): readonly PolicyScope[] {
  const scopes = Array.isArray(settings.scope) ? settings.scope.filter(isObject) : [];
  return scopes.map(({ repositoryId, refName, matchKind }) => ({
    repositoryId: typeof repositoryId === 'string' ? repositoryId.toLowerCase() : undefined,
    refName: typeof refName === 'string' ? refName : undefined,
    matchKind: typeof matchKind === 'string' ? matchKind.toLowerCase() : 'exact',
  }));
}

/** Whether a policy covers a branch. A scope without repository covers all of the project's. */
export function appliesTo(
  policy: Policy,
  repository: Repository,
  ref: string,
  defaultBranch: string | undefined,
): boolean {
  if (policy.projectId !== repository.projectId) return false;
  return toScopes(policy.body.settings).some(({ repositoryId, refName, matchKind }) => {
    if (repositoryId !== undefined && repositoryId !== repository.id) return false;
    switch (matchKind) {
      case 'defaultbranch':
        return ref === defaultBranch;
      case 'prefix':
        return refName === undefined || ref === refName || ref.startsWith(`${refName.replace(/\/$/, '')}/`);
      default:
        return refName === undefined || ref === refName;
    }
  });
}
