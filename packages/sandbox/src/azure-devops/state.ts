import type { Result } from '../agent/expression/run-condition.ts';
import type { Data } from '../agent/tree.ts';
import type { Gates } from './gates/gates.ts';
import type { RunReason } from './runs/run-request.ts';
import type { Triggers, Validation } from './triggers/triggers.ts';

/** A JSON object as the service takes and gives it. */
export type Json = Record<string, unknown>;

/** What every stored object of a project has. */
interface InProject {
  readonly projectId: string;
}

/** Settings of all pipelines of a project. */
export type GeneralSettings = Readonly<Record<string, boolean>>;

/** A team project. */
export interface Project {
  readonly id: string;
  /** Counts up in the organisation; agent queues take their numbers from it. */
  readonly number: number;
  name: string;
  description: string;
  visibility: string;
  readonly processId: string;
  revision: number;
  lastUpdateTime: string;
  /** Milliseconds since 1970; until then the project is `createPending`. */
  readonly readyAt: number;
  /** The project's own build identity exists only after a pipeline has run in it. */
  hasBuildIdentity: boolean;
  generalSettings: GeneralSettings;
}

/** A Git repository; its content lies in `git/<id>.git`. */
export interface Repository extends InProject {
  readonly id: string;
  name: string;
  isDisabled: boolean;
  readonly createdBy: string;
}

/** A build definition (pipeline). */
export interface Definition extends InProject {
  readonly id: number;
  revision: number;
  name: string;
  /** Folder, with backslashes: `\ml\churn`; the root is `\`. */
  path: string;
  readonly createdDate: string;
  authoredBy: string;
  /** All else of the definition, in the form the service gives it back. */
  body: Json;
  /** What was replaced, oldest first. */
  history: { revision: number; changedBy: string; changedDate: string; comment: string }[];
}

/** A folder of definitions. */
export interface Folder extends InProject {
  path: string;
  description: string;
  readonly createdBy: string;
  readonly createdOn: string;
}

/** A run of a definition; what its jobs leave lies in the run's own folder. */
export interface Build extends InProject {
  readonly id: number;
  readonly definitionId: number;
  readonly definitionRevision: number;
  readonly repositoryId: string;
  /** What people know it by: `20261122.1`. */
  number: string;
  status: 'notStarted' | 'inProgress' | 'cancelling' | 'completed';
  /** Set when it is completed. */
  result?: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';
  readonly reason: RunReason;
  /** `refs/heads/main`, or `refs/pull/7/merge`. */
  readonly branch: string;
  readonly commitId: string;
  /** Identity ids. */
  readonly requestedBy: string;
  readonly requestedFor: string;
  readonly queueTime: string;
  startTime?: string;
  finishTime?: string;
  lastChangedDate: string;
  lastChangedBy: string;
  /** Who cancelled it. */
  canceledBy?: string;
  /** Values of the pipeline's parameters, as they were sent. */
  readonly parameters: Readonly<Record<string, Data>>;
  /** Variables set for this run alone; those named in `secrets` are never shown. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly predefined: Readonly<Record<string, string>>;
  readonly triggerInfo: Json;
  /** Runs behind the aliases of `resources.pipelines`. */
  readonly pipelineRuns: Readonly<Record<string, number>>;
  readonly stagesToSkip: readonly string[];
  /** What kept it from starting. */
  validation: readonly { readonly result: 'error' | 'warning'; readonly message: string }[];
  /** In the order of the file; empty where the file could not be read. */
  stages: StageState[];
  tags: string[];
  keepForever: boolean;
}

/** How far a run has come with one of its stages. */
export interface StageState {
  readonly name: string;
  /** `waiting`: for leave, an approval or a lock. */
  state: 'pending' | 'waiting' | 'running' | 'completed';
  result?: Result;
}

/** One deployment into an environment. */
export interface DeploymentRecord {
  readonly id: number;
  readonly environmentId: number;
  readonly buildId: number;
  readonly definitionId: number;
  readonly stage: string;
  readonly job: string;
  /** Of the stage. */
  readonly attempt: number;
  readonly queueTime: string;
  startTime: string;
  finishTime?: string;
  result?: Result;
}

/** A pull request. */
export interface PullRequest extends InProject {
  readonly id: number;
  readonly repositoryId: string;
  status: 'active' | 'abandoned' | 'completed';
  readonly createdBy: string;
  readonly creationDate: string;
  readonly sourceRefName: string;
  targetRefName: string;
  title: string;
  description: string;
  isDraft: boolean;
  reviewers: Reviewer[];
  threads: Json[];
  labels: string[];
  /** Heads that the source branch has had, oldest first. */
  iterations: Iteration[];
  /** What others say of it: checks of other systems. */
  statuses: Json[];
  workItems: string[];
  completionOptions?: Json;
  /** Who wants it completed as soon as it can be. */
  autoCompleteSetBy?: string;
  /** Who asked for it to be completed, while that is under way. */
  completing?: string;
  /** What the target is about to become; after a kill it tells whether the target got there. */
  landing?: Merge & { readonly by: string };
  closedBy?: string;
  closedDate?: string;
  /** The last merge that was tried; absent until there was one. */
  merge?: Merge;
  /** Runs that build policies asked for, oldest first. */
  validations?: Validation[];
}

/** Somebody who votes on a pull request. */
export interface Reviewer {
  readonly id: string;
  /** 10 approved · 5 approved with suggestions · 0 none · -5 waits for the author · -10 rejected. */
  vote: number;
  isRequired: boolean;
  /** Iterations that the reviewer approved of. */
  approvedIterations: number[];
}

/** One push to the source branch of a pull request. */
export interface Iteration {
  readonly id: number;
  readonly author: string;
  readonly date: string;
  readonly source: string;
  readonly target: string;
}

/** What came of merging two commits; an absent branch has the id `''`. */
export interface Merge {
  readonly source: string;
  readonly target: string;
  status: 'succeeded' | 'conflicts' | 'rejectedByPolicy' | 'failure';
  /** The merged commit; after completion the one that the target branch got. */
  commitId?: string;
  /** Why there is none, where git said so. */
  message?: string;
}

/** A branch policy. */
export interface Policy extends InProject {
  readonly id: number;
  revision: number;
  readonly createdBy: string;
  readonly createdDate: string;
  body: { isEnabled: boolean; isBlocking: boolean; typeId: string; settings: Json };
}

/** A service connection; secrets stay inside. */
export interface Endpoint {
  readonly id: string;
  readonly createdBy: string;
  /** Milliseconds since 1970; until then it is not ready. */
  readonly readyAt: number;
  body: Json;
  references: { projectId: string; name: string; description: string }[];
}

/** An environment that deployments go to. */
export interface Environment extends InProject {
  readonly id: number;
  name: string;
  description: string;
  readonly createdBy: string;
  readonly createdOn: string;
  lastModifiedOn: string;
}

/** A variable group. */
export interface VariableGroup extends InProject {
  readonly id: number;
  name: string;
  description: string;
  type: string;
  providerData: unknown;
  variables: Record<string, Json>;
  readonly createdBy: string;
  readonly createdOn: string;
  modifiedBy: string;
  modifiedOn: string;
}

/** A check on a resource: approval, branch control, exclusive lock. */
export interface Check extends InProject {
  readonly id: number;
  type: { id: string; name: string };
  settings: unknown;
  timeout: number;
  readonly resource: { type: string; id: string; name?: string };
  readonly createdBy: string;
  readonly createdOn: string;
  modifiedOn: string;
  version: number;
}

/** Which pipelines may use one resource. */
export interface PipelinePermission extends InProject {
  readonly type: string;
  readonly id: string;
  allPipelines?: Json;
  pipelines: Json[];
}

/** What a descriptor may and may not do with a token of a security namespace. */
export interface AccessEntry {
  readonly namespace: string;
  readonly token: string;
  readonly descriptor: string;
  allow: number;
  deny: number;
}

/** A long-running operation. */
export interface Operation {
  readonly id: string;
  readonly readyAt: number;
  readonly resultMessage: string;
}

/** An organisation (collection) with all that lies in it. */
export interface Organization {
  readonly name: string;
  /** Host id of the collection, `instanceId` of the connection data. */
  readonly id: string;
  /** Last number given out, by kind. */
  readonly counters: Record<string, number>;
  projects: Project[];
  repositories: Repository[];
  definitions: Definition[];
  folders: Folder[];
  builds: Build[];
  deployments: DeploymentRecord[];
  /** Which run each test run belongs to; the tests themselves lie with the run. */
  testRuns: { readonly id: number; readonly buildId: number }[];
  pullRequests: PullRequest[];
  policies: Policy[];
  endpoints: Endpoint[];
  environments: Environment[];
  variableGroups: VariableGroup[];
  checks: Check[];
  pipelinePermissions: PipelinePermission[];
  accessEntries: AccessEntry[];
  operations: Operation[];
  /** Graph memberships that were added: subject → containers. */
  memberships: { subject: string; container: string }[];
  /** What holds stages up; absent until something did. */
  gates?: Gates;
  /** What starts runs by itself; absent until something did. */
  triggers?: Triggers;
}

/** All organisations, and how this sandbox behaves. */
export interface DevOpsState {
  readonly organizations: Organization[];
  readonly settings: Settings;
}

/** How the local Azure DevOps behaves; changed under `/_sandbox/settings`. */
export interface Settings {
  /** `server`: answer `ResourceAreas` as an on-premises server does. */
  resourceAreas: 'cloud' | 'server';
  /** Milliseconds until a new service connection is ready. */
  endpointDelay: number;
  /** Milliseconds until a new project is well-formed. */
  projectDelay: number;
  /** Milliseconds added to every answer of every service. */
  latency: number;
  /** Seconds that a token of Azure is good for; absent in a state of an older version. */
  tokenSeconds?: number;
  /** `process`: images are built and run as on a machine without a container engine; `auto` or absent: as this one can. */
  runtime?: 'auto' | 'process';
}

/** An empty sandbox. */
export function emptyState(): DevOpsState {
  return {
    organizations: [],
    settings: { resourceAreas: 'cloud', endpointDelay: 0, projectDelay: 200, latency: 0 },
  };
}

/** The next number of a kind in an organisation. */
export function takeNumber(organization: Organization, kind: string): number {
  const next = (organization.counters[kind] ?? 0) + 1;
  organization.counters[kind] = next;
  return next;
}
