import type { Fields } from './body.ts';

/** Languages a notebook can be written in. */
export type Language = 'PYTHON' | 'SQL' | 'SCALA' | 'R';

/** What is remembered of a workspace object beside its bytes on disk. */
export interface ObjectRecord {
  readonly id: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly createdBy: string;
}

/** A notebook outside Git folders; its bytes lie at the object's own path, without an extension. */
export interface NotebookRecord {
  readonly language: Language;
  /** How the bytes are to be read. */
  readonly form: 'source' | 'jupyter';
}

/** A Git folder; the checkout lies at the object's path. */
export interface GitFolder {
  readonly id: number;
  readonly url: string;
  readonly provider: string;
  readonly createdBy: string;
  readonly sparsePatterns?: readonly string[];
  /** Set while the working tree is being changed: after a crash it is settled there. */
  readonly settling?: { readonly commit: string; readonly branch?: string };
}

/** A Git credential of one user; of the token only a digest is kept. */
export interface GitCredential {
  readonly id: number;
  readonly owner: string;
  readonly provider: string;
  readonly username?: string;
  readonly email?: string;
  readonly name?: string;
  readonly isDefault: boolean;
  readonly tokenDigest?: string;
}

/** Who may do what with an object; exactly one of the three names is set. */
export interface AccessEntry {
  readonly user_name?: string;
  readonly group_name?: string;
  readonly service_principal_name?: string;
  readonly permission_level: string;
}

/** A job: an id and the settings as they were sent. */
export interface Job {
  readonly id: number;
  readonly settings: Fields;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** An application of Microsoft Entra that is a member of the workspace. */
export interface ServicePrincipal {
  readonly id: number;
  readonly applicationId: string;
  readonly displayName: string;
}

/** A service credential of Unity Catalog: a managed identity that notebooks may speak for. */
export interface ServiceCredential {
  readonly id: string;
  readonly name: string;
  readonly comment: string;
  /** `access_connector_id` and perhaps `managed_identity_id`. */
  readonly identity: Fields;
  /** Sign-in name. */
  readonly owner: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Principal → privileges. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

/** Everything the service remembers, as it lies on disk. */
export interface DatabricksState {
  lastId: number;
  objects: Record<string, ObjectRecord>;
  notebooks: Record<string, NotebookRecord>;
  gitFolders: Record<string, GitFolder>;
  credentials: GitCredential[];
  /** `jobs/17` → entries. */
  permissions: Record<string, AccessEntry[]>;
  jobs: Record<string, Job>;
  runs: Record<string, Run>;
  /** Idempotency token → run id. */
  runTokens: Record<string, number>;
  /** Scope → key → value. */
  secrets: Record<string, Record<string, { readonly value: string; readonly updatedAt: number }>>;
  /** Absent in a state of an older version. */
  servicePrincipals?: readonly ServicePrincipal[];
  /** Absent in a state of an older version. */
  serviceCredentials?: readonly ServiceCredential[];
}

/** How a run or a task of it stands. `waiting`: in the queue · `blocked`: another task comes first. */
export type RunPhase = 'waiting' | 'blocked' | 'pending' | 'running' | 'terminating' | 'ended';

/** How a run or a task ended. */
export interface RunEnd {
  /** `SUCCESS`, `RUN_EXECUTION_ERROR`, `USER_CANCELED` … */
  readonly code: string;
  readonly message: string;
  /** When it ended, milliseconds since 1970. */
  readonly at: number;
}

/** One attempt at one task of a run. Its output lies in a file of its own. */
export interface TaskRun {
  readonly id: number;
  readonly key: string;
  /** The task as the job's settings had it when the run was made. */
  readonly task: Fields;
  /** 0 is the first. */
  readonly attempt: number;
  phase: RunPhase;
  startedAt?: number;
  end?: RunEnd;
  /** Process group of the notebook while it runs, so that it can be ended after a crash of the sandbox. */
  pid?: number;
}

/** One run of a job, or a one-time run. */
export interface Run {
  readonly id: number;
  /** Absent for a one-time run (`runs/submit`). */
  readonly jobId?: number;
  /** The settings when the run was made. */
  readonly settings: Fields;
  /** Values by name, defaults filled in. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly createdBy: string;
  phase: RunPhase;
  /** Why it ends before its tasks do: set when it is cancelled or out of time. */
  stopping?: Pick<RunEnd, 'code' | 'message'>;
  startedAt?: number;
  end?: RunEnd;
  /** All attempts at all tasks; of one task the last one counts. */
  tasks: TaskRun[];
  /** Git commit the tasks were taken from, if the job has a Git source. */
  usedCommit?: string;
}

/** A workspace as it is on its first day. */
export function toInitialState(): DatabricksState {
  return {
    lastId: 4_021_880_016_000_000,
    objects: {},
    notebooks: {},
    gitFolders: {},
    credentials: [],
    permissions: {},
    jobs: {},
    runs: {},
    runTokens: {},
    secrets: {},
  };
}
