import type { Identity } from '../identities.ts';
import type { Call } from './call.ts';
import { ServiceError } from './errors.ts';
import { toBuildDescriptor, toDescriptor } from './people.ts';
import { BUILD_NAMESPACE, findNamespace, GIT_NAMESPACE } from './security-namespaces.ts';
import type { Organization, Project } from './state.ts';

/** What a call may need beyond reading. */
export type Right =
  | 'GenericContribute'
  | 'PullRequestContribute'
  | 'CreateRepository'
  | 'DeleteRepository'
  | 'RenameRepository'
  | 'EditPolicies'
  | 'EditBuildDefinition'
  | 'CreateBuildDefinition'
  | 'DeleteBuildDefinition'
  | 'QueueBuilds'
  | 'StopBuilds'
  | 'DeleteBuilds'
  | 'UpdateBuildInformation'
  | 'CreateEndpoint'
  | 'CreateEnvironment'
  | 'CreateVariableGroup'
  | 'AdministerResource'
  | 'ManageProject'
  | 'CreateProjects'
  | 'ManagePermissions'
  | 'ManageUsers';

/** Rights without a bit of their own that contributors hold as the service is set up by default. */
const CONTRIBUTOR: ReadonlySet<Right> = new Set(['CreateEnvironment', 'CreateVariableGroup']);

const GIT_BITS: Partial<Record<Right, number>> = {
  GenericContribute: 4,
  CreateRepository: 256,
  DeleteRepository: 512,
  RenameRepository: 1024,
  EditPolicies: 2048,
  PullRequestContribute: 16384,
};

const BUILD_BITS: Partial<Record<Right, number>> = {
  DeleteBuilds: 8,
  UpdateBuildInformation: 64,
  QueueBuilds: 128,
  StopBuilds: 512,
  EditBuildDefinition: 2048,
  DeleteBuildDefinition: 4096,
  CreateBuildDefinition: 32768,
};

/** What the right is asked for. */
export interface Scope {
  readonly project?: Project;
  /** Security token of the object: `repoV2/{projectId}/{repositoryId}`. */
  readonly token?: string;
  /** Who made the object: the maker administers it. */
  readonly createdBy?: string;
  /** Name for the message. */
  readonly name?: string;
}

/** Whether the caller has the right: by role, as maker of the object, or by an access entry. */
export function hasRight(call: Call, right: Right, scope: Scope = {}): boolean {
  const { identity } = call;
  const git = GIT_BITS[right];
  const bit = git ?? BUILD_BITS[right];
  if (bit !== undefined) {
    const namespace = git === undefined ? BUILD_NAMESPACE : GIT_NAMESPACE;
    return mayAll(call, namespace, scope.token ?? '', bit, scope.project);
  }
  if (identity.role === 'administrator') return true;
  if (identity.role === 'reader') return false;
  if (right === 'AdministerResource') return scope.createdBy === identity.id;
  return identity.key !== 'pipelines' && CONTRIBUTOR.has(right);
}

/** Whether the caller has all these bits: what an access entry says, else what the role brings. */
export function mayAll(
  call: Pick<Call, 'identity' | 'organization'>,
  namespace: string,
  token: string,
  bits: number,
  project?: Project,
): boolean {
  const { identity, organization } = call;
  const id = findNamespace(namespace)?.id ?? namespace;
  const owner = project ?? organization.projects.find((candidate) => token.includes(candidate.id));
  const descriptors = descriptorsOf(organization, identity, owner);
  const defaults = defaultBits(identity, id);
  for (let bit = 1; bit <= bits; bit *= 2) {
    if ((bits & bit) === 0) continue;
    const entry = findAccessOf(organization, descriptors, id, token, bit);
    if (!(entry ?? (defaults & bit) !== 0)) return false;
  }
  return true;
}

/** An administrator may do everything but pass a policy by. */
const EXEMPT_BITS = 128 | 32768;
const ALL_BITS = 0x7fffffff;

function defaultBits(identity: Identity, namespaceId: string): number {
  const namespace = findNamespace(namespaceId);
  switch (identity.role) {
    case 'administrator':
      return namespaceId === GIT_NAMESPACE ? ALL_BITS & ~EXEMPT_BITS : ALL_BITS;
    case 'contributor':
      // The build identity may read; what else it may do somebody has to grant.
      return (identity.key === 'pipelines' ? namespace?.defaults.reader : namespace?.defaults.contributor) ?? 0;
    case 'reader':
      return namespace?.defaults.reader ?? 0;
  }
}

/** @throws ServiceError 403, in the words of the service that owns the object */
export function requireRight(call: Call, right: Right, scope: Scope = {}): void {
  if (hasRight(call, right, scope)) return;
  const { displayName, id } = call.identity;
  const project = scope.project?.name ?? '';
  const needs = (permission: string, what: string) =>
    new ServiceError(
      403,
      'AccessDeniedException',
      `Access denied. ${displayName} needs ${permission} permissions ${what}`,
    );
  switch (right) {
    case 'GenericContribute':
    case 'PullRequestContribute':
    case 'CreateRepository':
    case 'DeleteRepository':
    case 'RenameRepository':
    case 'EditPolicies':
      throw new ServiceError(
        403,
        'GitNeedsPermissionException',
        `TF401027: You need the Git '${right}' permission to perform this action. Details: identity '${call.identity.account}', scope '${scope.token?.split('/').length === 3 ? 'repository' : 'project'}'.`,
      );
    case 'EditBuildDefinition':
    case 'CreateBuildDefinition':
    case 'DeleteBuildDefinition':
    case 'QueueBuilds':
    case 'StopBuilds':
    case 'DeleteBuilds':
    case 'UpdateBuildInformation':
      throw new ServiceError(
        403,
        'AccessDeniedException',
        `TF215106: Access denied. ${displayName} needs ${BUILD_WORDS[right]} permissions for build pipeline ${scope.name ?? ''} in team project ${project} to perform the action. For more information, contact the Azure DevOps Server administrator.`,
      );
    case 'CreateEndpoint':
      throw needs('Create', `on service connections in team project ${project} to perform the action.`);
    case 'CreateEnvironment':
    case 'CreateVariableGroup':
      throw needs(
        'Create',
        'to perform the action. For more information, contact the Azure DevOps Server administrator.',
      );
    case 'AdministerResource':
      throw needs('Administer', `for ${scope.name ?? 'the resource'} to perform the action.`);
    case 'ManageProject':
    case 'ManagePermissions':
    case 'ManageUsers':
    case 'CreateProjects':
      throw new ServiceError(
        403,
        'AccessCheckException',
        `Access Denied: ${id} needs the following permission(s) on the resource ${scope.token ?? 'NAMESPACE'} to perform this action: ${WIDE_WORDS[right]}`,
      );
  }
}

const BUILD_WORDS = {
  QueueBuilds: 'Queue builds',
  StopBuilds: 'Stop builds',
  DeleteBuilds: 'Delete builds',
  UpdateBuildInformation: 'Update build information',
  EditBuildDefinition: 'Edit build pipeline',
  CreateBuildDefinition: 'Create build pipeline',
  DeleteBuildDefinition: 'Delete build pipeline',
} as const;

const WIDE_WORDS = {
  ManageProject: 'Edit project-level information',
  ManagePermissions: 'Manage permissions',
  ManageUsers: 'Manage users',
  CreateProjects: 'Create new projects',
} as const;

/** Under which descriptors an identity may have been granted something. */
export function descriptorsOf(organization: Organization, identity: Identity, project?: Project): readonly string[] {
  if (identity.key !== 'pipelines') return [toDescriptor(identity)];
  const scopes = project ? [project.id, organization.id] : [organization.id];
  return scopes.map((scope) => toBuildDescriptor(organization, scope));
}

/** What access entries say about one bit: the nearest token decides, and on it a refusal wins over a grant. */
export function findAccessOf(
  organization: Organization,
  descriptors: readonly string[],
  namespace: string,
  token: string,
  bit: number,
): boolean | undefined {
  for (let path = token; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    const entries = organization.accessEntries.filter(
      (entry) => entry.namespace === namespace && entry.token === path && descriptors.includes(entry.descriptor),
    );
    if (entries.some((entry) => (entry.deny & bit) !== 0)) return false;
    if (entries.some((entry) => (entry.allow & bit) !== 0)) return true;
  }
  return undefined;
}
