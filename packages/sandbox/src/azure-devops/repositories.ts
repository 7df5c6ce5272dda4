import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  type Answer,
  type Call,
  findProject,
  getBody,
  getProject,
  getProjectNamed,
  type Handlers,
  list,
  noContent,
  ok,
  toObject,
  toText,
} from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { findDefaultBranch, findRef, initRepository, runGit } from './git.ts';
import { checkName } from './object-names.ts';
import { toProjectReference } from './project-form.ts';
import { requireRight } from './rights.ts';
import type { Organization, Project, Repository } from './state.ts';
import { toGitFolder, type World } from './world.ts';

/** A repository by name or id; a project narrows the search. */
export function findRepository(
  organization: Organization,
  nameOrId: string,
  project?: Project,
): Repository | undefined {
  const wanted = nameOrId.toLowerCase();
  return organization.repositories.find(
    (repository) =>
      (project === undefined || repository.projectId === project.id) &&
      (repository.id === wanted || (project !== undefined && repository.name.toLowerCase() === wanted)),
  );
}

/** The repository of the address. @throws ServiceError 404 */
export function getRepository(call: Call): Repository {
  const name = call.params.repositoryId ?? '';
  const project = call.params.project === undefined ? undefined : getProject(call);
  const repository = findRepository(call.organization, name, project);
  if (repository) return repository;
  throw new ServiceError(
    404,
    'GitRepositoryNotFoundException',
    `TF401019: The Git repository with name or identifier ${name} does not exist or you do not have permissions for the operation you are attempting.`,
  );
}

/** A repository that can be read from. @throws ServiceError 404 if it is disabled */
export function getEnabledRepository(call: Call): Repository {
  const repository = getRepository(call);
  if (!repository.isDisabled) return repository;
  throw new ServiceError(
    404,
    'GitRepositoryDisabledException',
    `TF401019: The Git repository ${repository.name} is disabled.`,
  );
}

/** Security token of a repository. */
export function toRepositoryToken(repository: Repository): string {
  return `repoV2/${repository.projectId}/${repository.id}`;
}

/** Security token of a branch: each segment of its name as UTF-16LE in hexadecimal. */
export function toRefToken(repository: Repository, ref: string): string {
  const [refs = '', kind = '', ...name] = ref.split('/');
  const segments = name.map((segment) => Buffer.from(segment, 'utf16le').toString('hex'));
  return [toRepositoryToken(repository), refs, kind, ...segments].join('/');
}

/** Makes a repository with nothing in it. */
export async function addRepository(
  world: World,
  organization: Organization,
  project: Project,
  name: string,
  createdBy: string,
): Promise<Repository> {
  const repository: Repository = { id: randomUUID(), projectId: project.id, name, isDisabled: false, createdBy };
  await initRepository(toGitFolder(world, repository));
  organization.repositories.push(repository);
  return repository;
}

/** A repository as the service shows it; `defaultBranch` is absent while it is empty. */
export function describeRepository(call: Call, repository: Repository): unknown {
  const project = findProject(call.organization, repository.projectId);
  if (!project) throw new Error(`repository ${repository.id} without project`);
  const defaultBranch = findDefaultBranch(toGitFolder(call.world, repository));
  const path = `${encodeURIComponent(project.name)}/_git/${encodeURIComponent(repository.name)}`;
  // The service puts the organisation as user into the clone URL; no credential is meant.
  const remoteUrl = `${call.base}/${path}`.replace('://', `://${encodeURIComponent(call.organization.name)}@`);
  const host = new URL(call.base).hostname;
  return {
    id: repository.id,
    name: repository.name,
    url: `${call.base}/${project.id}/_apis/git/repositories/${repository.id}`,
    project: toProjectReference(call, project),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    size: 0,
    remoteUrl,
    sshUrl: `git@ssh.${host}:v3/${call.organization.name}/${encodeURIComponent(project.name)}/${encodeURIComponent(repository.name)}`,
    webUrl: `${call.base}/${path}`,
    isDisabled: repository.isDisabled,
    isInMaintenance: false,
  };
}

function listRepositories(call: Call): Answer {
  const project = call.params.project === undefined ? undefined : getProject(call);
  const found = call.organization.repositories.filter(
    (repository) => project === undefined || repository.projectId === project.id,
  );
  return list(found.map((repository) => describeRepository(call, repository)));
}

async function createRepository(call: Call): Promise<Answer> {
  const body = getBody(call);
  const projectId = toText(toObject(body.project).id) || toText(toObject(body.project).name);
  const project = call.params.project === undefined ? getProjectNamed(call, projectId) : getProject(call);
  requireRight(call, 'CreateRepository', { project, token: `repoV2/${project.id}` });
  const name = toText(body.name);
  checkName('Git repository', name);
  if (findRepository(call.organization, name, project)) throw repositoryExists(name);
  const repository = await addRepository(call.world, call.organization, project, name, call.identity.id);
  return { status: 201, body: describeRepository(call, repository) };
}

function repositoryExists(name: string): ServiceError {
  return new ServiceError(
    409,
    'GitRepositoryNameAlreadyExistsException',
    `TF400948: A Git repository with the name ${name} already exists.`,
  );
}

async function updateRepository(call: Call): Promise<Answer> {
  const repository = getRepository(call);
  const body = getBody(call);
  const token = toRepositoryToken(repository);
  requireRight(call, 'RenameRepository', { token });
  if (typeof body.name === 'string' && body.name !== repository.name) rename(call, repository, body.name);
  if (typeof body.isDisabled === 'boolean') repository.isDisabled = body.isDisabled;
  if (typeof body.defaultBranch === 'string') {
    const folder = toGitFolder(call.world, repository);
    if (findRef(folder, body.defaultBranch) === undefined) {
      throw badRequest(
        `TF401175: The version descriptor <Branch: ${body.defaultBranch}> could not be resolved.`,
        'GitUnresolvableToCommitException',
      );
    }
    await runGit(folder, ['symbolic-ref', 'HEAD', body.defaultBranch]);
  }
  return ok(describeRepository(call, repository));
}

function rename(call: Call, repository: Repository, name: string): void {
  checkName('Git repository', name);
  const project = findProject(call.organization, repository.projectId);
  const other = findRepository(call.organization, name, project);
  if (other && other !== repository) throw repositoryExists(name);
  repository.name = name;
}

async function deleteRepository(call: Call): Promise<Answer> {
  const repository = getRepository(call);
  requireRight(call, 'DeleteRepository', { token: toRepositoryToken(repository) });
  const { organization } = call;
  organization.repositories = organization.repositories.filter((other) => other !== repository);
  organization.pullRequests = organization.pullRequests.filter(({ repositoryId }) => repositoryId !== repository.id);
  await rm(toGitFolder(call.world, repository), { recursive: true, force: true });
  return noContent();
}

/** Git repositories. */
export const repositoryHandlers: Handlers = {
  repositories: {
    GET: (call) =>
      call.params.repositoryId === undefined
        ? listRepositories(call)
        : ok(describeRepository(call, getRepository(call))),
    POST: createRepository,
    PATCH: updateRepository,
    DELETE: deleteRepository,
  },
};
