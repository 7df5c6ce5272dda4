import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  getProject,
  type Handlers,
  list,
  noContent,
  ok,
  toText,
} from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { toIdentityRef } from './people.ts';
import { requireRight } from './rights.ts';
import { type Environment, type Json, type Project, takeNumber } from './state.ts';

function environmentsOf(call: Call, project: Project): readonly Environment[] {
  return call.organization.environments.filter(({ projectId }) => projectId === project.id);
}

function describe(call: Call, project: Project, environment: Environment): Json {
  return {
    id: environment.id,
    name: environment.name,
    description: environment.description,
    createdBy: toIdentityRef(call, environment.createdBy),
    createdOn: environment.createdOn,
    lastModifiedBy: toIdentityRef(call, environment.createdBy),
    lastModifiedOn: environment.lastModifiedOn,
    project: { id: project.id, name: project.name },
  };
}

function getEnvironment(call: Call, project: Project): Environment {
  const id = call.params.environmentId;
  const environment = environmentsOf(call, project).find((candidate) => String(candidate.id) === id);
  if (environment) return environment;
  throw new ServiceError(
    404,
    'EnvironmentNotFoundException',
    `Environment with ID ${id} does not exist or has been deleted, or you do not have permission to view it.`,
  );
}

/** The name is a filter on a part of it, not the name itself. */
function showEnvironments(call: Call): Answer {
  const project = getProject(call);
  if (call.params.environmentId !== undefined) {
    return ok({ ...describe(call, project, getEnvironment(call, project)), resources: [] });
  }
  const name = findQuery(call, 'name')?.toLowerCase();
  const found = environmentsOf(call, project)
    .filter((environment) => name === undefined || environment.name.toLowerCase().includes(name))
    .sort((a, b) => a.name.localeCompare(b.name));
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 50) || 50;
  const page = found.slice(skip, skip + top);
  return list(
    page.map((environment) => describe(call, project, environment)),
    skip + page.length < found.length ? String(skip + page.length) : undefined,
  );
}

function checkEnvironmentName(call: Call, project: Project, name: string, self?: Environment): void {
  if (name === '' || name.length > 128 || /[,"/\\[\]:|<>+=;?*]/.test(name)) {
    throw badRequest(`Environment name '${name}' is not valid.`, 'InvalidEnvironmentNameException');
  }
  const taken = environmentsOf(call, project).some(
    (other) => other !== self && other.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new ServiceError(409, 'EnvironmentExistsException', `Environment ${name} already exists.`);
}

function createEnvironment(call: Call): Answer {
  const project = getProject(call);
  const body = getBody(call);
  requireRight(call, 'CreateEnvironment', { project });
  const name = toText(body.name);
  checkEnvironmentName(call, project, name);
  const now = new Date().toISOString();
  const environment: Environment = {
    id: takeNumber(call.organization, 'environment'),
    projectId: project.id,
    name,
    description: toText(body.description),
    createdBy: call.identity.id,
    createdOn: now,
    lastModifiedOn: now,
  };
  call.organization.environments.push(environment);
  return ok(describe(call, project, environment));
}

function updateEnvironment(call: Call): Answer {
  const project = getProject(call);
  const environment = getEnvironment(call, project);
  const body = getBody(call);
  requireRight(call, 'AdministerResource', { createdBy: environment.createdBy, name: environment.name });
  if (typeof body.name === 'string') {
    checkEnvironmentName(call, project, body.name, environment);
    environment.name = body.name;
  }
  if (typeof body.description === 'string') environment.description = body.description;
  environment.lastModifiedOn = new Date().toISOString();
  return ok(describe(call, project, environment));
}

function deleteEnvironment(call: Call): Answer {
  const project = getProject(call);
  const environment = getEnvironment(call, project);
  requireRight(call, 'AdministerResource', { createdBy: environment.createdBy, name: environment.name });
  call.organization.environments = call.organization.environments.filter((other) => other !== environment);
  return noContent();
}

const methods = {
  GET: showEnvironments,
  POST: createEnvironment,
  PATCH: updateEnvironment,
  DELETE: deleteEnvironment,
};

/** Environments, at their old address and their new one. */
export const environmentHandlers: Handlers = { environments: methods, pipelineEnvironments: methods };
