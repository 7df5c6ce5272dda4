import type { Data } from '../../agent/tree.ts';
import type { Definition, Json, Organization } from '../state.ts';

/** Why a run was started, as `buildReason` names it. */
export type RunReason =
  | 'manual'
  | 'individualCI'
  | 'batchedCI'
  | 'schedule'
  | 'pullRequest'
  | 'buildCompletion'
  | 'resourceTrigger';

/** A run that somebody or something wants. */
export interface RunRequest {
  readonly organization: Organization;
  readonly definition: Definition;
  readonly reason: RunReason;
  /** `refs/heads/main`, or `refs/pull/7/merge`. */
  readonly branch: string;
  /** What is checked out, and where the YAML is read. */
  readonly commitId: string;
  /** Identity ids: who asked, and for whom. */
  readonly requestedBy: string;
  readonly requestedFor: string;
  /** Values of the pipeline's parameters. */
  readonly parameters: Readonly<Record<string, Data>>;
  /** Variables set for this run alone. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names among `variables` whose values are secret. */
  readonly secrets?: readonly string[];
  /** `pr.number`, `ci.sourceSha` and so on, as the service shows them. */
  readonly triggerInfo: Json;
  /** More predefined variables: `System.PullRequest.PullRequestId`. */
  readonly predefined: Readonly<Record<string, string>>;
  /** Runs behind the aliases of `resources.pipelines`. */
  readonly pipelineRuns: Readonly<Record<string, number>>;
  /** Names of stages that somebody wants left out. */
  readonly stagesToSkip?: readonly string[];
}
