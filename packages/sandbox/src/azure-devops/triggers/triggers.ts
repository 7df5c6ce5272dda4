import type { Organization } from '../state.ts';

/** A branch or tag that moved. */
export interface Push {
  readonly repositoryId: string;
  readonly ref: string;
  readonly oldId: string;
  readonly newId: string;
  /** Identity id of who moved it. */
  readonly by: string;
}

/** Pushes that wait for a run of the same pipeline and branch to end, to be built by one run together. */
export interface Batch {
  readonly definitionId: number;
  readonly ref: string;
  by: string;
}

/** A build validation that runs, or ran, for a pull request. */
export interface Validation {
  readonly policyId: number;
  readonly buildId: number;
  /** Commits of source and target that it is about, and their merge. */
  readonly source: string;
  readonly target: string;
  readonly merge: string;
  readonly startedDate: string;
  /** The service renewed an expired one by itself. */
  readonly isAutomatic: boolean;
}

/** What a schedule last started on a branch. */
export interface ScheduledRun {
  readonly buildId: number;
  readonly commitId: string;
  /** Of the definition. */
  readonly revision: number;
}

/** What starts runs by itself. */
export interface Triggers {
  /** Heads as the triggers know them: repository → ref → commit. */
  readonly heads: Record<string, Record<string, string>>;
  /** Pushes that no trigger has looked at. */
  pushes: Push[];
  /** Runs that ended, and that no trigger has looked at. */
  ended: number[];
  batches: Batch[];
  /** By definition and branch: `7:refs/heads/main`. */
  readonly scheduled: Record<string, ScheduledRun>;
}

/** The triggers of an organisation. */
export function triggersOf(organization: Organization): Triggers {
  organization.triggers ??= { heads: {}, pushes: [], ended: [], batches: [], scheduled: {} };
  return organization.triggers;
}

/** Whom the service names as requester of what nobody asked for. */
export const SERVICE_ID = '00000002-0000-8888-8000-000000000000';
