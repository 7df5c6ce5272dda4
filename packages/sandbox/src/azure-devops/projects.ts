import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  type Answer,
  type Call,
  findProject,
  findQuery,
  getBody,
  type Handlers,
  isQuerySet,
  list,
  ok,
  toObject,
  toText,
} from './call.ts';
import { findEnumName, projectVisibility } from './enums.ts';
import { ServiceError } from './errors.ts';
import { checkName } from './object-names.ts';
import { DEFAULT_PROCESS, GENERAL_SETTINGS, PROCESSES } from './project-defaults.ts';
import { toDefaultTeam, toProjectReference } from './project-form.ts';
import { addRepository } from './repositories.ts';
import { requireRight } from './rights.ts';
import { removeBuilds } from './runs/remove-builds.ts';
import { type Organization, type Project, takeNumber } from './state.ts';
import { toGitFolder, type World } from './world.ts';

/** What a project is made from. */
export interface NewProject {
  readonly name: string;
  readonly description?: string;
  readonly visibility?: string;
  readonly processId?: string;
  /** Milliseconds until it can be used. */
  readonly delay?: number;
  /** Whether a pipeline has run there before, which is what makes the build identity exist. */
  readonly hasBuildIdentity?: boolean;
}

/** Makes a project with the empty repository of the same name that the service adds. */
export async function addProject(
  world: World,
  organization: Organization,
  wanted: NewProject,
  createdBy: string,
): Promise<Project> {
  const project: Project = {
    id: randomUUID(),
    number: takeNumber(organization, 'project'),
    name: wanted.name,
    description: wanted.description ?? '',
    visibility: wanted.visibility ?? 'private',
    processId: wanted.processId ?? DEFAULT_PROCESS,
    revision: 1,
    lastUpdateTime: new Date().toISOString(),
    readyAt: Date.now() + (wanted.delay ?? 0),
    hasBuildIdentity: wanted.hasBuildIdentity ?? false,
    generalSettings: GENERAL_SETTINGS,
  };
  await addRepository(world, organization, project, wanted.name, createdBy);
  organization.projects.push(project);
  return project;
}

/** The project of an address that names it after `projects`. @throws ServiceError 404 */
export function getKnownProject(call: Call): Project {
  const name = call.params.projectId ?? '';
  const project = findProject(call.organization, name);
  if (project) return project;
  throw new ServiceError(
    404,
    'ProjectDoesNotExistWithNameException',
    `TF200016: The following project does not exist: ${name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`,
  );
}

function listProjects(call: Call): Answer {
  const skip = Number(findQuery(call, 'continuationToken') ?? findQuery(call, '$skip') ?? 0);
  const top = Number(findQuery(call, '$top') ?? 100);
  const all = [...call.organization.projects]
    .filter((project) => project.readyAt <= Date.now())
    .sort((a, b) => a.name.localeCompare(b.name));
  const page = all.slice(skip, skip + top);
  const more = skip + page.length < all.length;
  return list(
    page.map((project) => toProjectReference(call, project)),
    more ? String(skip + page.length) : undefined,
  );
}

function showProject(call: Call): Answer {
  const project = getKnownProject(call);
  const process = PROCESSES.find(({ id }) => id === project.processId);
  const capabilities = {
    processTemplate: { templateName: process?.name ?? 'Basic', templateTypeId: project.processId },
    versioncontrol: { sourceControlType: 'Git', gitEnabled: 'True', tfvcEnabled: 'False' },
  };
  return ok({
    ...toObject(toProjectReference(call, project)),
    ...(isQuerySet(call, 'includeCapabilities') ? { capabilities } : {}),
    _links: {
      self: { href: `${call.base}/_apis/projects/${project.id}` },
      collection: { href: `${call.base}/_apis/projectCollections/${call.organization.id}` },
      web: { href: `${call.base}/${encodeURIComponent(project.name)}` },
    },
    defaultTeam: toDefaultTeam(call, project),
  });
}

async function createProject(call: Call): Promise<Answer> {
  const body = getBody(call);
  requireRight(call, 'CreateProjects');
  const name = toText(body.name);
  checkName('project', name);
  if (findProject(call.organization, name)) {
    throw new ServiceError(
      400,
      'ProjectAlreadyExistsException',
      `TF200019: The following project already exists on the Azure DevOps Server: ${name}. You cannot create a new project with the same name as an existing project. Provide a different name.`,
    );
  }
  const template = toObject(toObject(body.capabilities).processTemplate).templateTypeId;
  const delay = call.world.store.data.settings.projectDelay;
  const wanted: NewProject = {
    name,
    description: toText(body.description),
    visibility: findEnumName(projectVisibility, body.visibility) ?? 'private',
    processId: toText(template) || DEFAULT_PROCESS,
    delay,
  };
  await addProject(call.world, call.organization, wanted, call.identity.id);
  return queueOperation(call, delay);
}

function queueOperation(call: Call, delay: number): Answer {
  const operation = { id: randomUUID(), readyAt: Date.now() + delay, resultMessage: '' };
  call.organization.operations = [...call.organization.operations.slice(-99), operation];
  return {
    status: 202,
    body: { id: operation.id, status: 'notSet', url: `${call.base}/_apis/operations/${operation.id}` },
  };
}

function updateProject(call: Call): Answer {
  const project = getKnownProject(call);
  const body = getBody(call);
  requireRight(call, 'ManageProject', { project, token: `$PROJECT:vstfs:///Classification/TeamProject/${project.id}` });
  if (typeof body.name === 'string' && body.name !== project.name) {
    checkName('project', body.name);
    project.name = body.name;
  }
  if (typeof body.description === 'string') project.description = body.description;
  project.visibility = findEnumName(projectVisibility, body.visibility) ?? project.visibility;
  project.revision += 1;
  project.lastUpdateTime = new Date().toISOString();
  return queueOperation(call, 0);
}

async function deleteProject(call: Call): Promise<Answer> {
  const project = getKnownProject(call);
  requireRight(call, 'CreateProjects');
  const { organization } = call;
  const stays = (item: { projectId: string }) => item.projectId !== project.id;
  for (const repository of organization.repositories.filter((item) => !stays(item))) {
    await rm(toGitFolder(call.world, repository), { recursive: true, force: true });
  }
  organization.projects = organization.projects.filter((other) => other !== project);
  organization.repositories = organization.repositories.filter(stays);
  organization.definitions = organization.definitions.filter(stays);
  organization.folders = organization.folders.filter(stays);
  await removeBuilds(call, (build) => !stays(build));
  organization.pullRequests = organization.pullRequests.filter(stays);
  organization.policies = organization.policies.filter(stays);
  organization.environments = organization.environments.filter(stays);
  organization.variableGroups = organization.variableGroups.filter(stays);
  organization.checks = organization.checks.filter(stays);
  organization.pipelinePermissions = organization.pipelinePermissions.filter(stays);
  organization.endpoints = organization.endpoints.filter((endpoint) => endpoint.references.some(stays));
  return queueOperation(call, 0);
}

/** Projects. */
export const projectHandlers: Handlers = {
  projects: {
    GET: (call) => (call.params.projectId === undefined ? listProjects(call) : showProject(call)),
    POST: createProject,
    PATCH: updateProject,
    DELETE: deleteProject,
  },
};
