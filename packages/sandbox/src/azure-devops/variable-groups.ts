import {
  type Answer,
  type Call,
  findProject,
  findQuery,
  findQueryList,
  fitsFilter,
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
import { withoutSecrets } from './definition-form.ts';
import { badRequest, ServiceError } from './errors.ts';
import { toIdentityRef } from './people.ts';
import { requireRight } from './rights.ts';
import { type Json, type Project, takeNumber, type VariableGroup } from './state.ts';

function describe(call: Call, group: VariableGroup): Json {
  const project = findProject(call.organization, group.projectId);
  return {
    variables: withoutSecrets(group.variables),
    id: group.id,
    type: group.type,
    name: group.name,
    description: group.description,
    ...(group.providerData === undefined ? {} : { providerData: group.providerData }),
    createdBy: toIdentityRef(call, group.createdBy),
    createdOn: group.createdOn,
    modifiedBy: toIdentityRef(call, group.modifiedBy),
    modifiedOn: group.modifiedOn,
    isShared: false,
    variableGroupProjectReferences: [
      {
        projectReference: { id: group.projectId, name: project?.name ?? '' },
        name: group.name,
        description: group.description,
      },
    ],
  };
}

function showGroups(call: Call): Answer {
  const project = getProject(call);
  const mine = call.organization.variableGroups.filter(({ projectId }) => projectId === project.id);
  const { groupId } = call.params;
  // An unknown number is answered with success and nothing.
  if (groupId !== undefined) {
    const group = mine.find(({ id }) => String(id) === groupId);
    return ok(group ? describe(call, group) : null);
  }
  const name = findQuery(call, 'groupName');
  const ids = findQueryList(call, 'groupIds');
  const found = mine
    .filter(
      (group) =>
        (name === undefined || fitsFilter(group.name, name)) && (ids === undefined || ids.includes(String(group.id))),
    )
    .sort((a, b) => b.id - a.id);
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 10_000) || 10_000;
  const page = found.slice(skip, skip + top);
  return list(
    page.map((group) => describe(call, group)),
    skip + page.length < found.length ? String(skip + page.length) : undefined,
  );
}

interface Target {
  readonly project: Project;
  readonly name: string;
  readonly description: string;
}

/** `project`: of an address with a project, where older clients leave the references out. */
function toTarget(call: Call, body: Json, project: Project | undefined): Target {
  const references = Array.isArray(body.variableGroupProjectReferences)
    ? body.variableGroupProjectReferences.filter(isObject)
    : [];
  const [reference] = references;
  if (references.length > 1) throw badRequest('Sharing of variable group is not allowed.', 'VariableGroupException');
  if (!reference) {
    if (project) return { project, name: toText(body.name), description: toText(body.description) };
    throw badRequest('Atleast one variable group project reference is required', 'ArgumentException');
  }
  const { id, name } = toObject(reference.projectReference);
  const target = findProject(call.organization, toText(id) || toText(name));
  if (!target)
    throw new ServiceError(
      404,
      'ProjectDoesNotExistException',
      `VS800075: The project with id '${toText(id)}' does not exist, or you do not have permission to access it.`,
    );
  return {
    project: target,
    name: toText(reference.name) || toText(body.name),
    description: toText(reference.description) || toText(body.description),
  };
}

function toVariables(body: Json, previous: Readonly<Record<string, Json>>): Record<string, Json> {
  const variables = Object.entries(toObject(body.variables)).map(([name, sent]): [string, Json] => [
    name,
    toVariable(toObject(sent), previous[name]),
  ]);
  if (variables.length === 0) {
    throw badRequest('Variable group must have at least one variable defined.', 'ArgumentException');
  }
  return Object.fromEntries(variables);
}

/** A secret without a value, or with an empty one, stays what it was; one that becomes plain loses its value. */
function toVariable(sent: Json, previous: Json | undefined): Json {
  if (sent.isSecret !== true) return { ...sent, value: sent.value ?? '' };
  const value = toText(sent.value);
  return { ...sent, value: value === '' ? (previous?.isSecret === true ? (previous.value ?? null) : null) : value };
}

function refuseTaken(call: Call, { project, name }: Target, self?: VariableGroup): void {
  if (name === '') throw badRequest('Value cannot be null.\r\nParameter name: group.Name', 'ArgumentNullException');
  const taken = call.organization.variableGroups.some(
    (other) => other !== self && other.projectId === project.id && other.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new ServiceError(409, 'VariableGroupExistsException', `Variable group ${name} already exists.`);
}

function createGroup(call: Call, project: Project | undefined): Answer {
  const body = getBody(call);
  const target = toTarget(call, body, project);
  requireRight(call, 'CreateVariableGroup', { project: target.project });
  const variables = toVariables(body, {});
  refuseTaken(call, target);
  const now = new Date().toISOString();
  const group: VariableGroup = {
    id: takeNumber(call.organization, 'variableGroup'),
    projectId: target.project.id,
    name: target.name,
    description: target.description,
    type: toText(body.type) || 'Vsts',
    providerData: body.providerData ?? undefined,
    variables,
    createdBy: call.identity.id,
    createdOn: now,
    modifiedBy: call.identity.id,
    modifiedOn: now,
  };
  call.organization.variableGroups.push(group);
  return ok(describe(call, group));
}

function getGroup(call: Call): VariableGroup {
  const group = call.organization.variableGroups.find(({ id }) => String(id) === call.params.groupId);
  if (group) return group;
  throw new ServiceError(
    404,
    'VariableGroupNotFoundException',
    `Variable group with ID ${call.params.groupId} does not exist or you do not have permission to view it.`,
  );
}

/** The whole group is replaced; there is no revision, the last writer wins. */
function updateGroup(call: Call, project: Project | undefined): Answer {
  const group = getGroup(call);
  const body = getBody(call);
  requireRight(call, 'AdministerResource', { createdBy: group.createdBy, name: group.name });
  const target = toTarget(call, body, project);
  const variables = toVariables(body, group.variables);
  refuseTaken(call, target, group);
  group.name = target.name;
  group.description = target.description;
  group.type = toText(body.type) || group.type;
  group.providerData = body.providerData ?? undefined;
  group.variables = variables;
  group.modifiedBy = call.identity.id;
  group.modifiedOn = new Date().toISOString();
  return ok(describe(call, group));
}

function deleteGroup(call: Call): Answer {
  const group = getGroup(call);
  requireRight(call, 'AdministerResource', { createdBy: group.createdBy, name: group.name });
  if (call.params.project === undefined && findQueryList(call, 'projectIds') === undefined) {
    throw badRequest('Value cannot be null.\r\nParameter name: projectIds', 'ArgumentNullException');
  }
  call.organization.variableGroups = call.organization.variableGroups.filter((other) => other !== group);
  return noContent();
}

/** Variable groups: read in a project, written in the organisation; old clients write in the project too. */
export const variableGroupHandlers: Handlers = {
  projectVariableGroups: {
    GET: showGroups,
    POST: (call) => createGroup(call, getProject(call)),
    PUT: (call) => updateGroup(call, getProject(call)),
    DELETE: deleteGroup,
  },
  variableGroups: {
    POST: (call) => createGroup(call, undefined),
    PUT: (call) => updateGroup(call, undefined),
    DELETE: deleteGroup,
  },
};
