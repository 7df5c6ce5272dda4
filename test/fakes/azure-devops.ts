import type { Identity } from '../../packages/create-mlops-model/src/services/azure-devops/access.ts';
import type { Authorization } from '../../packages/create-mlops-model/src/services/azure-devops/authorizations.ts';
import type { BranchCommit } from '../../packages/create-mlops-model/src/services/azure-devops/branches.ts';
import type { Check, ProtectedResource } from '../../packages/create-mlops-model/src/services/azure-devops/checks.ts';
import type { ServiceConnection } from '../../packages/create-mlops-model/src/services/azure-devops/connections.ts';
import type {
  Definition,
  DefinitionSpec,
  PipelineFolder,
} from '../../packages/create-mlops-model/src/services/azure-devops/definitions.ts';
import type { Environment } from '../../packages/create-mlops-model/src/services/azure-devops/environments.ts';
import type { Queue, VariableGroup } from '../../packages/create-mlops-model/src/services/azure-devops/library.ts';
import type { OwnRight } from '../../packages/create-mlops-model/src/services/azure-devops/own-rights.ts';
import {
  type Policy,
  type PolicySpec,
  toSettings,
} from '../../packages/create-mlops-model/src/services/azure-devops/policies.ts';
import type {
  PullRequest,
  PullRequestSpec,
} from '../../packages/create-mlops-model/src/services/azure-devops/pull-requests.ts';
import type { Repository } from '../../packages/create-mlops-model/src/services/azure-devops/repositories.ts';
import type { AzureDevOps } from '../../packages/create-mlops-model/src/services/azure-devops.ts';
import { ServiceError } from '../../packages/create-mlops-model/src/services/service-error.ts';

/** A branch main of a fake repository. */
export interface FakeMain {
  readonly commit: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Azure DevOps in memory, with its contents open to the test. */
export interface FakeAzureDevOps extends AzureDevOps {
  readonly state: ReturnType<typeof emptyState>;
}

const emptyState = () => ({
  nextId: 1,
  repositories: [] as Repository[],
  /** Clone address → main. */
  mains: new Map<string, FakeMain>(),
  /** `<repository's id> <branch>` → commits, newest first, and files; main is among `mains`. */
  branches: new Map<
    string,
    { readonly commits: readonly BranchCommit[]; readonly files: ReadonlyMap<string, string> }
  >(),
  pullRequests: [] as (PullRequest & PullRequestSpec)[],
  folders: [] as PipelineFolder[],
  definitions: [] as Definition[],
  previews: new Map<number, string>(),
  groups: [] as VariableGroup[],
  queues: [{ id: 1, name: 'Azure Pipelines' }] as Queue[],
  environments: [] as Environment[],
  connections: [] as ServiceConnection[],
  checks: [] as { on: string; check: Check }[],
  authorizations: new Map<string, Authorization>(),
  identities: [] as (Identity & { account: string })[],
  buildIdentity: undefined as Identity | undefined,
  contributors: new Set<string>(),
  /** Rights of the caller. */
  ownRights: ['read', 'push', 'create-branch', 'pull-request', 'queue-builds'] as readonly OwnRight[],
  policies: [] as { on: string; policy: Policy }[],
});

/** Makes an empty project of which the caller is the administrator. */
export function fakeAzureDevOps(): FakeAzureDevOps {
  const state = emptyState();
  const newId = () => state.nextId++;
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const named = <Item extends { name: string }>(items: readonly Item[], name: string) =>
    items.find((item) => same(item.name, name));
  const taken = (typeKey: string): never => {
    throw new ServiceError('failed', `fake: ${typeKey}`, { status: 409, typeKey });
  };
  const replace = <Item extends { id: string | number }>(items: Item[], item: Item): Item => {
    const index = items.findIndex((each) => each.id === item.id);
    if (index < 0) throw new ServiceError('failed', 'fake: not found', { status: 404, typeKey: '' });
    items[index] = item;
    return item;
  };
  const drop = <Item extends { id: string | number }>(items: Item[], id: string | number) => {
    items.splice(0, items.length, ...items.filter((item) => item.id !== id));
  };
  const byNameOrId = (key: string) => state.repositories.find((each) => same(each.name, key) || each.id === key);
  const branchOf = (key: string, branch: string) => {
    const repository = byNameOrId(key);
    const main = state.mains.get(repository?.cloneUrl ?? '');
    if (branch !== 'main') return state.branches.get(`${repository?.id} ${branch}`);
    return main && { commits: [{ id: main.commit, message: '' }], files: main.files };
  };
  const keyOf = (resource: ProtectedResource) => `${resource.type}/${resource.id}`;

  return {
    state,
    getUser: async () => ({ id: 'me', displayName: 'You', account: 'you@example.test' }),
    repositories: {
      async find(name) {
        const found = named(state.repositories, name);
        return found && { ...(state.mains.has(found.cloneUrl) ? { defaultBranch: 'refs/heads/main' } : {}), ...found };
      },
      async create(name) {
        if (named(state.repositories, name)) taken('GitRepositoryNameAlreadyExistsException');
        const url = `http://fake.test/org/project/_git/${name}`;
        const repository = { id: `repository-${newId()}`, name, cloneUrl: url, webUrl: url };
        state.repositories.push(repository);
        return repository;
      },
      async setDefaultBranch(id, branch) {
        const found = state.repositories.find((each) => each.id === id);
        return replace(state.repositories, { ...found!, defaultBranch: `refs/heads/${branch}` });
      },
      remove: async (id) => drop(state.repositories, id),
      findTip: async (key, branch) => branchOf(key, branch)?.commits[0]?.id,
      findText: async (key, path, branch) => branchOf(key, branch)?.files.get(path),
    },
    branches: {
      listCommits: async (id, branch) => branchOf(id, branch)?.commits ?? [],
      findChange: async () => undefined,
      async create(id, branch, commit) {
        const main = branchOf(id, 'main');
        if (main?.commits[0]?.id !== commit) throw new Error('the fake makes branches from main only');
        state.branches.set(`${id} ${branch}`, main);
      },
      async remove(id, branch, tip) {
        if (branchOf(id, branch)?.commits[0]?.id !== tip) throw new Error('the fake removes what it was last seen as');
        state.branches.delete(`${id} ${branch}`);
      },
      async commit(id, { branch, parent, message, files }) {
        const before = branchOf(id, branch);
        if (before?.commits[0]?.id !== parent) return taken('GitReferenceStaleException');
        const commit = { id: `commit-${newId()}`, message };
        const after = { commits: [commit, ...before.commits], files: new Map([...before.files, ...files]) };
        state.branches.set(`${id} ${branch}`, after);
        return commit.id;
      },
    },
    pullRequests: {
      listActive: async () => [...state.pullRequests].reverse(),
      findNewest: async (_id, branch) => {
        const found = state.pullRequests.findLast((each) => each.branch === branch);
        return found && { ...found, status: 'active', source: '' };
      },
      async create(_id, branch, spec) {
        const pullRequest = { id: newId(), branch, ...spec };
        state.pullRequests.push(pullRequest);
        return pullRequest;
      },
      approve: async () => undefined,
      complete: async (_id, id) => drop(state.pullRequests, id),
      async update(_id, id, spec) {
        const found = state.pullRequests.find((each) => each.id === id);
        return replace(state.pullRequests, { ...found!, ...spec });
      },
    },
    runs: {
      list: async () => [],
      listOf: async () => [],
      start: async () => Promise.reject(new Error('nothing runs here')),
      findFailure: async () => undefined,
    },
    definitions: {
      findFolder: async (path) => state.folders.find((each) => same(each.path, path)),
      async createFolder(path, description) {
        if (state.folders.some((each) => same(each.path, path))) taken('FolderExistsException');
        const folder = { path, description };
        state.folders.push(folder);
        return folder;
      },
      async removeEmptyFolder(path) {
        if (state.definitions.some((each) => same(each.folder, path))) return false;
        state.folders = state.folders.filter((each) => !same(each.path, path));
        return true;
      },
      find: async (name, folder) =>
        state.definitions.find((each) => same(each.name, name) && same(each.folder, folder)),
      async create(spec) {
        if (state.definitions.some((each) => same(each.name, spec.name) && same(each.folder, spec.folder)))
          taken('DefinitionExistsException');
        const definition = toDefinition(newId(), spec);
        state.definitions.push(definition);
        return definition;
      },
      update: async (id, spec) => replace(state.definitions, toDefinition(id, spec)),
      remove: async (id) => drop(state.definitions, id),
      preview: async (id) => state.previews.get(id) ?? '',
    },
    library: {
      findGroup: async (name) => named(state.groups, name),
      async createGroup(spec) {
        if (named(state.groups, spec.name)) taken('VariableGroupExistsException');
        const group = { id: newId(), ...spec, secrets: [] };
        state.groups.push(group);
        return group;
      },
      updateGroup: async (group, spec) =>
        replace(state.groups, { ...group, ...spec, variables: { ...group.variables, ...spec.variables } }),
      removeGroup: async (id) => drop(state.groups, id),
      findQueue: async (name) => named(state.queues, name),
    },
    environments: {
      find: async (name) => named(state.environments, name),
      async create(name, description) {
        if (named(state.environments, name)) taken('EnvironmentExistsException');
        const environment = { id: newId(), name, description };
        state.environments.push(environment);
        return environment;
      },
      update: async (id, name, description) => replace(state.environments, { id, name, description }),
      remove: async (id) => drop(state.environments, id),
    },
    connections: {
      find: async (name) => named(state.connections, name),
      async create({ name, description, principal }) {
        if (named(state.connections, name)) taken('DuplicateServiceConnectionException');
        const connection = { id: `connection-${newId()}`, name, description, principal, type: 'azurerm', ready: true };
        state.connections.push(connection);
        return connection;
      },
      remove: async (id) => drop(state.connections, id),
    },
    checks: {
      list: async (resource) => state.checks.filter(({ on }) => on === keyOf(resource)).map(({ check }) => check),
      async create(resource, spec) {
        const check = { id: newId(), timeout: 43_200, ...spec };
        state.checks.push({ on: keyOf(resource), check });
        return check;
      },
      async update(id, resource, spec) {
        const check = { id, timeout: 43_200, ...spec };
        state.checks = state.checks.map((each) => (each.check.id === id ? { on: keyOf(resource), check } : each));
        return check;
      },
      async remove(id) {
        state.checks = state.checks.filter(({ check }) => check.id !== id);
      },
    },
    authorizations: {
      read: async (resource) => state.authorizations.get(keyOf(resource)) ?? { all: false, pipelines: [] },
      async set(resource, pipelines, authorized) {
        const before = state.authorizations.get(keyOf(resource)) ?? { all: false, pipelines: [] };
        const others = before.pipelines.filter((id) => !pipelines.includes(id));
        const after = { ...before, pipelines: authorized ? [...others, ...pipelines] : others };
        state.authorizations.set(keyOf(resource), after);
        return after;
      },
    },
    access: {
      findIdentity: async (name) =>
        state.identities.find((each) => same(each.account, name) || same(each.displayName, name)),
      findBuildIdentity: async () => state.buildIdentity,
      mayContribute: async (repository, descriptor) => state.contributors.has(`${repository} ${descriptor}`),
      async setContribute(repository, descriptor, allowed) {
        if (allowed) state.contributors.add(`${repository} ${descriptor}`);
        else state.contributors.delete(`${repository} ${descriptor}`);
      },
    },
    ownRights: { list: async () => state.ownRights },
    policies: {
      list: async (repository, branch) =>
        state.policies.filter(({ on }) => on === `${repository} ${branch}`).map(({ policy }) => policy),
      async create(repository, branch, spec) {
        const policy = toPolicy(newId(), spec);
        state.policies.push({ on: `${repository} ${branch}`, policy });
        return policy;
      },
      async update(id, repository, branch, spec) {
        const policy = toPolicy(id, spec);
        state.policies = state.policies.map((each) =>
          each.policy.id === id ? { on: `${repository} ${branch}`, policy } : each,
        );
        return policy;
      },
      async remove(id) {
        state.policies = state.policies.filter(({ policy }) => policy.id !== id);
      },
    },
  };
}

function toDefinition(id: number, spec: DefinitionSpec): Definition {
  const { queueId: _, ...rest } = spec;
  return {
    id,
    ...rest,
    defaultBranch: 'refs/heads/main',
    enabled: true,
    yamlTriggers: true,
    ownSchedules: 0,
    webUrl: '',
  };
}

/** As the service normalises: what is false is left out. */
function toPolicy(id: number, spec: PolicySpec): Policy {
  const settings = Object.fromEntries(Object.entries(toSettings(spec)).filter(([, value]) => value !== false));
  return { id, enabled: true, blocking: true, kind: spec.kind, settings };
}
