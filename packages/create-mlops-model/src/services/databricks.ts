import type { JobSettings } from '@create-mlops-model/core';
import { makeServiceCredentials, type ServiceCredentials } from './databricks/credentials.ts';
import { type JobRun, makeJobRuns } from './databricks/job-runs.ts';
import { makeDatabricksRest } from './databricks/rest.ts';
import type { Http } from './http.ts';
import type { Credential } from './identity.ts';
import { orMissing, ServiceError } from './service-error.ts';

/** An object of the workspace. */
export interface WorkspaceObject {
  readonly id: number;
  readonly path: string;
  readonly type: 'DIRECTORY' | 'REPO' | 'NOTEBOOK' | 'FILE' | (string & {});
}

/** A Git folder: a checkout inside the workspace. */
export interface GitFolder {
  readonly id: number;
  readonly path: string;
  /** Empty where the path holds something that is not a Git folder. */
  readonly url: string;
  readonly branch: string;
  /** Commit that is checked out. */
  readonly head: string;
}

/** A job. Names are not unique. */
export interface Job {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** As the service fills it in: more fields than were sent. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Who may do what with an object. */
export interface Grant {
  /** Application id of a service principal. */
  readonly principal: string;
  readonly level: 'CAN_VIEW' | 'CAN_READ' | 'CAN_RUN' | 'CAN_EDIT' | 'CAN_MANAGE_RUN' | 'CAN_MANAGE' | 'IS_OWNER';
}

/** What grants hang on. */
export type GrantTarget = { readonly type: 'jobs' | 'repos' | 'directories'; readonly id: number };

/** Who the workspace says we are. */
export interface WorkspaceUser {
  readonly displayName: string;
  /** Sign-in name: the name of the own folder below `/Users`. */
  readonly account: string;
}

/** One Databricks workspace. */
export interface Databricks {
  /** Proves the sign-in. @throws UserError `not-signed-in` */
  getUser(): Promise<WorkspaceUser>;
  /** Git providers that the caller stored a credential for: `azureDevOpsServices`, `gitHub` … */
  listGitProviders(): Promise<readonly string[]>;
  find(path: string): Promise<WorkspaceObject | undefined>;
  /** Makes the directory and its parents; an existing one is fine. */
  makeDirectory(path: string): Promise<WorkspaceObject>;
  /** Removes a directory if it is empty. */
  removeDirectory(path: string): Promise<void>;
  findGitFolder(path: string): Promise<GitFolder | undefined>;
  createGitFolder(folder: { path: string; url: string }): Promise<GitFolder>;
  /** Checks out a branch and pulls. */
  checkOut(id: number, branch: string): Promise<GitFolder>;
  removeGitFolder(id: number): Promise<void>;
  /** Jobs of exactly this name, oldest first. */
  listJobs(name: string): Promise<readonly Job[]>;
  createJob(settings: JobSettings): Promise<number>;
  /** Replaces all settings. */
  resetJob(id: number, settings: JobSettings): Promise<void>;
  removeJob(id: number): Promise<void>;
  /** The last runs of a job, oldest first. */
  listRuns(jobId: number): Promise<readonly JobRun[]>;
  /** Starts a job with some of its parameters changed. @returns the run */
  startRun(jobId: number, parameters: Readonly<Record<string, string>>): Promise<number>;
  /** Whether a run has ended, however. */
  hasEnded(runId: number): Promise<boolean>;
  /** What a run's notebook handed out, where it has. */
  findResult(run: JobRun): Promise<string | undefined>;
  /** Service credentials of the workspace's metastore. */
  readonly credentials: ServiceCredentials;
  /** Whether an application is a member of the workspace. */
  isMember(principal: string): Promise<boolean>;
  /** Makes an application a member, with access to the workspace. */
  addMember(principal: string, displayName: string): Promise<void>;
  /** Grants to service principals that hang on the object itself, without inherited ones. */
  listGrants(target: GrantTarget): Promise<readonly Grant[]>;
  /** Adds a grant, or changes its level; others stay. */
  grant(target: GrantTarget, grant: Grant): Promise<void>;
  /** Takes a principal's own grants away; others stay. */
  revoke(target: GrantTarget, principal: string): Promise<void>;
}

/** Where the workspace is and who asks. */
export interface DatabricksOptions {
  readonly http: Http;
  /** `https://adb-….azuredatabricks.net` */
  readonly host: string;
  readonly credential: Credential;
}

interface ApiGitFolder {
  readonly id: number;
  readonly path?: string;
  readonly url?: string;
  readonly branch?: string;
  readonly head_commit_id?: string;
}

interface ApiJobs {
  readonly jobs?: readonly {
    readonly job_id: number;
    readonly created_time?: number;
    readonly settings?: Record<string, unknown>;
  }[];
  readonly next_page_token?: string;
}

interface ApiAcl {
  readonly access_control_list?: readonly {
    readonly service_principal_name?: string;
    readonly group_name?: string;
    readonly user_name?: string;
    readonly all_permissions?: readonly { readonly permission_level: Grant['level']; readonly inherited?: boolean }[];
  }[];
}

/** Service principals of the workspace (SCIM). */
const MEMBERS = '2.0/preview/scim/v2/ServicePrincipals';

/** The real one, over HTTP. */
export function makeDatabricks(options: DatabricksOptions): Databricks {
  const rest = makeDatabricksRest(options);
  const { get, post, patch, put, del } = rest;

  const find = async (path: string): Promise<WorkspaceObject | undefined> => {
    const query = `path=${encodeURIComponent(path)}`;
    const status = await orMissing(
      get<{ object_id: number; path: string; object_type: string }>(`2.0/workspace/get-status?${query}`),
    );
    return status && { id: status.object_id, path: status.path, type: status.object_type };
  };
  const getGitFolder = async (id: number) => toGitFolder(await get<ApiGitFolder>(`2.0/repos/${id}`));

  const listJobs = async (name: string): Promise<readonly Job[]> => {
    const jobs: Job[] = [];
    let token: string | undefined;
    do {
      const page = token === undefined ? '' : `&page_token=${encodeURIComponent(token)}`;
      // With expand_tasks the list holds whole settings: one request a name instead of one more a job.
      const answer = await get<ApiJobs>(
        `2.2/jobs/list?name=${encodeURIComponent(name)}&limit=100&expand_tasks=true${page}`,
      );
      for (const job of answer.jobs ?? []) {
        if (job.settings?.name === name)
          jobs.push({ id: job.job_id, created: job.created_time ?? 0, settings: job.settings });
      }
      token = answer.next_page_token || undefined;
    } while (token !== undefined);
    return jobs.sort((a, b) => a.created - b.created || a.id - b.id);
  };

  return {
    async getUser() {
      const user = await get<{ readonly userName?: string; readonly displayName?: string }>('2.0/preview/scim/v2/Me');
      const account = user.userName ?? '';
      return { displayName: user.displayName ?? account, account };
    },
    async listGitProviders() {
      const answer = await get<{ readonly credentials?: readonly { readonly git_provider?: string }[] }>(
        '2.0/git-credentials',
      );
      return (answer.credentials ?? []).map(({ git_provider }) => git_provider ?? '');
    },
    find,
    async makeDirectory(path) {
      await post('2.0/workspace/mkdirs', { path }, true);
      const made = await find(path);
      if (!made)
        throw new ServiceError('try-again', `Databricks: ${path} is not there yet`, { status: 404, typeKey: '' });
      return made;
    },
    async removeDirectory(path) {
      await post('2.0/workspace/delete', { path, recursive: false }, false);
    },
    async findGitFolder(path) {
      const object = await find(path);
      if (!object) return undefined;
      const folder = await orMissing(getGitFolder(object.id));
      return folder ?? { id: object.id, path, url: '', branch: '', head: '' };
    },
    async createGitFolder({ path, url }) {
      return toGitFolder(await post<ApiGitFolder>('2.0/repos', { path, url, provider: 'azureDevOpsServices' }, false));
    },
    async checkOut(id, branch) {
      // The answer is `{}`: the commit has to be asked for.
      await patch(`2.0/repos/${id}`, { branch });
      return getGitFolder(id);
    },
    removeGitFolder: (id) => del(`2.0/repos/${id}`),
    listJobs,
    createJob: async (settings) => (await post<{ job_id: number }>('2.2/jobs/create', settings, false)).job_id,
    async resetJob(id, settings) {
      await post('2.2/jobs/reset', { job_id: id, new_settings: settings }, true);
    },
    async removeJob(id) {
      await post('2.2/jobs/delete', { job_id: id }, true);
    },
    ...makeJobRuns(rest),
    credentials: makeServiceCredentials(rest),
    async isMember(principal) {
      const filter = encodeURIComponent(`applicationId eq "${principal}"`);
      const found = await get<{ Resources?: readonly unknown[] }>(`${MEMBERS}?filter=${filter}`);
      return (found.Resources ?? []).length > 0;
    },
    async addMember(principal, displayName) {
      const schemas = ['urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal'];
      const entitlements = [{ value: 'workspace-access' }];
      await post(MEMBERS, { schemas, applicationId: principal, displayName, entitlements, active: true }, false);
    },
    listGrants: async (target) => toGrants(await get<ApiAcl>(`2.0/permissions/${target.type}/${target.id}`)),
    async grant(target, grant) {
      const entry = { service_principal_name: grant.principal, permission_level: grant.level };
      await patch(`2.0/permissions/${target.type}/${target.id}`, { access_control_list: [entry] });
    },
    async revoke(target, principal) {
      const url = `2.0/permissions/${target.type}/${target.id}`;
      const acl = await get<ApiAcl>(url);
      // There is no call that takes one grant away: the list is replaced by what else hangs on the object itself.
      const kept = (acl.access_control_list ?? []).filter((entry) => entry.service_principal_name !== principal);
      await put(url, { access_control_list: kept.flatMap(toEntries) });
    },
  };
}

function toGitFolder(answer: ApiGitFolder): GitFolder {
  return {
    id: answer.id,
    path: answer.path ?? '',
    url: answer.url ?? '',
    branch: answer.branch ?? '',
    head: answer.head_commit_id ?? '',
  };
}

type AclEntry = NonNullable<ApiAcl['access_control_list']>[number];

function toGrants(acl: ApiAcl): readonly Grant[] {
  return (acl.access_control_list ?? []).flatMap((entry) =>
    entry.service_principal_name === undefined
      ? []
      : ownLevels(entry).map((level) => ({ principal: entry.service_principal_name ?? '', level })),
  );
}

function ownLevels(entry: AclEntry): readonly Grant['level'][] {
  return (entry.all_permissions ?? []).filter((each) => !each.inherited).map((each) => each.permission_level);
}

function toEntries(entry: AclEntry) {
  const { service_principal_name, group_name, user_name } = entry;
  const who = {
    ...(service_principal_name && { service_principal_name }),
    ...(group_name && { group_name }),
    ...(user_name && { user_name }),
  };
  return ownLevels(entry).map((permission_level) => ({ ...who, permission_level }));
}
