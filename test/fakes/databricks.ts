import type { ServiceCredential } from '../../packages/create-mlops-model/src/services/databricks/credentials.ts';
import type {
  Databricks,
  GitFolder,
  Grant,
  Job,
  WorkspaceObject,
} from '../../packages/create-mlops-model/src/services/databricks.ts';
import { ServiceError } from '../../packages/create-mlops-model/src/services/service-error.ts';

/** A Databricks workspace in memory, with its contents open to the test. */
export interface FakeDatabricks extends Databricks {
  readonly state: {
    nextId: number;
    objects: WorkspaceObject[];
    folders: GitFolder[];
    jobs: Job[];
    grants: Map<string, Grant[]>;
    members: Set<string>;
    credentials: Map<string, ServiceCredential>;
    gitProviders: string[];
  };
}

/** Makes an empty workspace. */
export function fakeDatabricks(): FakeDatabricks {
  const state: FakeDatabricks['state'] = {
    nextId: 1,
    objects: [],
    folders: [],
    jobs: [],
    grants: new Map(),
    members: new Set(),
    credentials: new Map(),
    gitProviders: [],
  };
  const find = async (path: string) => state.objects.find((each) => each.path === path);
  const refuse = (status: number, typeKey: string): never => {
    throw new ServiceError('failed', `fake: ${typeKey}`, { status, typeKey });
  };
  const put = (path: string, type: WorkspaceObject['type']): WorkspaceObject => {
    const object = { id: state.nextId++, path, type };
    state.objects.push(object);
    return object;
  };
  return {
    state,
    getUser: async () => ({ displayName: 'You', account: 'you@example.test' }),
    listRuns: async () => [],
    startRun: async () => Promise.reject(new Error('nothing runs here')),
    hasEnded: async () => true,
    findResult: async () => undefined,
    listGitProviders: async () => state.gitProviders,
    find,
    async makeDirectory(path) {
      const parts = path.split('/').slice(1);
      for (const index of parts.keys()) {
        const parent = `/${parts.slice(0, index + 1).join('/')}`;
        if (!(await find(parent))) put(parent, 'DIRECTORY');
      }
      return (await find(path))!;
    },
    async removeDirectory(path) {
      if (state.objects.some((each) => each.path.startsWith(`${path}/`))) refuse(400, 'DIRECTORY_NOT_EMPTY');
      state.objects = state.objects.filter((each) => each.path !== path);
    },
    async findGitFolder(path) {
      const object = await find(path);
      if (!object) return undefined;
      return (
        state.folders.find((each) => each.id === object.id) ?? { id: object.id, path, url: '', branch: '', head: '' }
      );
    },
    async createGitFolder({ path, url }) {
      if (await find(path)) refuse(400, 'RESOURCE_ALREADY_EXISTS');
      const folder = { id: put(path, 'DIRECTORY').id, path, url, branch: 'main', head: 'c0ffee' };
      state.folders.push(folder);
      return folder;
    },
    async checkOut(id, branch) {
      const folder = state.folders.find((each) => each.id === id) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST');
      const moved = { ...folder, branch };
      state.folders = state.folders.map((each) => (each.id === id ? moved : each));
      return moved;
    },
    async removeGitFolder(id) {
      state.folders = state.folders.filter((each) => each.id !== id);
      state.objects = state.objects.filter((each) => each.id !== id);
    },
    listJobs: async (name) => state.jobs.filter((job) => job.settings.name === name),
    async createJob(settings) {
      const id = state.nextId++;
      // The service fills in more than was sent.
      state.jobs.push({ id, created: id, settings: { format: 'MULTI_TASK', email_notifications: {}, ...settings } });
      return id;
    },
    async resetJob(id, settings) {
      state.jobs = state.jobs.map((job) =>
        job.id === id ? { ...job, settings: { format: 'MULTI_TASK', ...settings } } : job,
      );
    },
    async removeJob(id) {
      state.jobs = state.jobs.filter((job) => job.id !== id);
    },
    credentials: {
      find: async (name) => state.credentials.get(name),
      async create({ name, comment }) {
        if (state.credentials.has(name)) refuse(409, 'CREDENTIAL_ALREADY_EXISTS');
        state.credentials.set(name, { name, comment });
        return { name, comment };
      },
      async remove(name) {
        state.credentials.delete(name);
      },
    },
    isMember: async (principal) => state.members.has(principal),
    async addMember(principal) {
      if (state.members.has(principal)) refuse(409, 'ALREADY_EXISTS');
      state.members.add(principal);
    },
    listGrants: async ({ type, id }) => state.grants.get(`${type}/${id}`) ?? [],
    async grant({ type, id }, grant) {
      const others = (state.grants.get(`${type}/${id}`) ?? []).filter((each) => each.principal !== grant.principal);
      state.grants.set(`${type}/${id}`, [...others, grant]);
    },
    async revoke({ type, id }, principal) {
      const before = state.grants.get(`${type}/${id}`) ?? [];
      state.grants.set(
        `${type}/${id}`,
        before.filter((each) => each.principal !== principal),
      );
    },
  };
}
