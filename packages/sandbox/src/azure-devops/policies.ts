import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  getProject,
  type Handlers,
  isObject,
  list,
  noContent,
  ok,
  toObject,
  toText,
} from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { findDefaultBranch } from './git.ts';
import { toIdentityRef } from './people.ts';
import { appliesTo, toScopes } from './policy-scope.ts';
import { findPolicyType, normalizeSettings, policyTypes } from './policy-types.ts';
import { findRepository, toRefToken, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
import { type Json, type Policy, type Project, takeNumber } from './state.ts';
import { toGitFolder } from './world.ts';

/** A policy as the service shows it. */
export function describePolicy(call: Call, policy: Policy): Json {
  const { typeId, ...body } = policy.body;
  const url = `${call.base}/${policy.projectId}/_apis/policy/configurations/${policy.id}`;
  const type = findPolicyType(typeId);
  return {
    createdBy: toIdentityRef(call, policy.createdBy),
    createdDate: policy.createdDate,
    isEnterpriseManaged: false,
    isDeleted: false,
    ...body,
    revision: policy.revision,
    id: policy.id,
    url,
    type: {
      id: typeId,
      url: `${call.base}/${policy.projectId}/_apis/policy/types/${typeId}`,
      displayName: type?.displayName ?? '',
    },
    _links: {
      self: { href: url },
      policyType: { href: `${call.base}/${policy.projectId}/_apis/policy/types/${typeId}` },
    },
  };
}

function policiesOf(call: Call, project: Project): readonly Policy[] {
  return call.organization.policies.filter(({ projectId }) => projectId === project.id);
}

function getPolicy(call: Call, project: Project): Policy {
  const id = call.params.configurationId;
  const policy = policiesOf(call, project).find((candidate) => String(candidate.id) === id);
  if (policy) return policy;
  throw new ServiceError(
    404,
    'PolicyConfigurationNotFoundException',
    `TF402459: The policy configuration with id ${id} does not exist.`,
  );
}

/** `scope` names a repository without dashes and a branch: `<32 hex digits>:refs/heads/main`. */
function listPolicies(call: Call): Answer {
  const project = getProject(call);
  const type = findQuery(call, 'policyType')?.toLowerCase();
  const scope = findQuery(call, 'scope')?.toLowerCase();
  const found = policiesOf(call, project).filter(
    (policy) =>
      (type === undefined || policy.body.typeId === type) &&
      (scope === undefined || toScopes(policy.body.settings).some((entry) => toScopeText(entry) === scope)),
  );
  return list(found.map((policy) => describePolicy(call, policy)));
}

function toScopeText({
  repositoryId,
  refName,
}: {
  repositoryId: string | undefined;
  refName: string | undefined;
}): string {
  const repository = repositoryId?.replaceAll('-', '') ?? '';
  return (refName === undefined ? repository : `${repository}:${refName}`).toLowerCase();
}

/** All that applies to a branch, policies of the whole project included. */
function listForBranch(call: Call): Answer {
  const project = getProject(call);
  const type = findQuery(call, 'policyType')?.toLowerCase();
  const repositoryId = findQuery(call, 'repositoryId');
  const ref = findQuery(call, 'refName');
  const repository = repositoryId === undefined ? undefined : findRepository(call.organization, repositoryId, project);
  if (repositoryId !== undefined && !repository) return list([]);
  const found = policiesOf(call, project).filter((policy) => {
    if (type !== undefined && policy.body.typeId !== type) return false;
    if (!repository) return true;
    if (ref !== undefined) {
      return appliesTo(policy, repository, ref, findDefaultBranch(toGitFolder(call.world, repository)));
    }
    return toScopes(policy.body.settings).some(
      (entry) => entry.repositoryId === undefined || entry.repositoryId === repository.id,
    );
  });
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 1000) || 1000;
  const page = found.slice(skip, skip + top);
  return list(
    page.map((policy) => describePolicy(call, policy)),
    skip + page.length < found.length ? String(skip + page.length) : undefined,
  );
}

function toBody(call: Call, project: Project): Policy['body'] {
  const sent = getBody(call);
  const typeId = toText(toObject(sent.type).id).toLowerCase();
  if (!findPolicyType(typeId))
    throw badRequest(`TF402454: The policy type ${typeId || '(none)'} does not exist.`, 'PolicyTypeNotFoundException');
  const settings = normalizeSettings(toObject(sent.settings));
  for (const scope of toScopes(settings)) {
    if (scope.repositoryId !== undefined && !findRepository(call.organization, scope.repositoryId, project)) {
      throw badRequest(
        `TF401019: The Git repository with name or identifier ${scope.repositoryId} does not exist.`,
        'PolicyImplementationException',
      );
    }
  }
  refuseUnknownDefinition(call, project, settings);
  return { isEnabled: sent.isEnabled !== false, isBlocking: sent.isBlocking !== false, typeId, settings };
}

function refuseUnknownDefinition(call: Call, project: Project, { buildDefinitionId }: Json): void {
  if (buildDefinitionId === undefined) return;
  const { definitions } = call.organization;
  if (definitions.some(({ id, projectId }) => id === buildDefinitionId && projectId === project.id)) return;
  throw badRequest(
    `The build pipeline ${toText(buildDefinitionId)} of the policy does not exist or has been deleted.`,
    'PolicyImplementationException',
  );
}

function requireEdit(call: Call, project: Project, settings: Json): void {
  const scopes = toScopes(settings);
  const tokens = scopes.map(({ repositoryId, refName }) => {
    const repository =
      repositoryId === undefined ? undefined : findRepository(call.organization, repositoryId, project);
    if (!repository) return `repoV2/${project.id}`;
    return refName === undefined ? toRepositoryToken(repository) : toRefToken(repository, refName);
  });
  for (const token of tokens.length === 0 ? [`repoV2/${project.id}`] : tokens) {
    requireRight(call, 'EditPolicies', { project, token });
  }
}

function createPolicy(call: Call): Answer {
  const project = getProject(call);
  const body = toBody(call, project);
  requireEdit(call, project, body.settings);
  const policy: Policy = {
    id: takeNumber(call.organization, 'policy'),
    projectId: project.id,
    revision: 1,
    createdBy: call.identity.id,
    createdDate: new Date().toISOString(),
    body,
  };
  call.organization.policies.push(policy);
  return ok(describePolicy(call, policy));
}

function updatePolicy(call: Call): Answer {
  const project = getProject(call);
  const policy = getPolicy(call, project);
  const body = toBody(call, project);
  requireEdit(call, project, policy.body.settings);
  requireEdit(call, project, body.settings);
  if (body.typeId !== policy.body.typeId) {
    throw badRequest(
      'TF402463: The type of a policy configuration cannot be changed.',
      'PolicyTypeCannotBeChangedException',
    );
  }
  policy.body = body;
  policy.revision += 1;
  return ok(describePolicy(call, policy));
}

function deletePolicy(call: Call): Answer {
  const project = getProject(call);
  const policy = getPolicy(call, project);
  requireEdit(call, project, policy.body.settings);
  call.organization.policies = call.organization.policies.filter((other) => other !== policy);
  return noContent();
}

function showTypes(call: Call): Answer {
  const project = getProject(call);
  const types = policyTypes.map(({ id, displayName }) => ({
    id,
    displayName,
    description: displayName,
    url: `${call.base}/${project.id}/_apis/policy/types/${id}`,
  }));
  const { typeId } = call.params;
  if (typeId === undefined) return list(types);
  const type = types.find(({ id }) => id === typeId.toLowerCase());
  if (isObject(type)) return ok(type);
  throw new ServiceError(404, 'PolicyTypeNotFoundException', `TF402454: The policy type ${typeId} does not exist.`);
}

/** Branch policies. */
export const policyHandlers: Handlers = {
  policyConfigurations: {
    GET: (call) =>
      call.params.configurationId === undefined
        ? listPolicies(call)
        : ok(describePolicy(call, getPolicy(call, getProject(call)))),
    POST: createPolicy,
    PUT: updatePolicy,
    DELETE: deletePolicy,
  },
  gitPolicyConfigurations: { GET: listForBranch },
  policyTypes: { GET: showTypes },
};
