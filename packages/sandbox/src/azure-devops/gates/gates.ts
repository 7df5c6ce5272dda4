import type { Json, Organization } from '../state.ts';

/** Something a stage uses that may be protected. */
export interface StageResource {
  /** `endpoint`, `environment`, `variablegroup`, `queue`, `repository`. */
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** A stage that wants to start. */
export interface StageWish {
  readonly name: string;
  readonly resources: readonly StageResource[];
  /** What the stage or its pipeline says; `runLatest` where neither says anything. */
  readonly lockBehavior?: string;
}

/** What a wait stands in the timeline as. */
export type Checkpoint = 'Checkpoint.Authorization' | 'Checkpoint.Approval' | 'Checkpoint.ExclusiveLock';

/** Whether a stage may start. */
export type Decision =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly why: string; readonly checkpoint: Checkpoint }
  /** `result`: what the stage ends with. */
  | { readonly kind: 'refuse'; readonly why: string; readonly result: 'failed' | 'skipped' | 'canceled' };

/** One approver's part in an approval. */
export interface ApprovalStep {
  readonly approver: string;
  status: 'uninitiated' | 'pending' | 'approved' | 'rejected' | 'skipped';
  actualApprover?: string;
  comment: string;
  initiatedOn?: string;
  lastModifiedOn?: string;
}

/** An approval that a stage waits for, or waited for. */
export interface Approval {
  readonly id: string;
  readonly projectId: string;
  readonly checkId: number;
  readonly buildId: number;
  readonly stage: string;
  status: 'pending' | 'approved' | 'rejected' | 'timedOut' | 'canceled';
  readonly createdOn: string;
  lastModifiedOn: string;
  /** The check's settings when the stage came to it. */
  readonly settings: Json;
  /** Minutes. */
  readonly timeout: number;
  steps: ApprovalStep[];
}

/** A stage that holds the locks of its resources, or waits for them. */
export interface LockClaim {
  readonly buildId: number;
  readonly stage: string;
  /** `environment:5`. */
  readonly keys: readonly string[];
  readonly behavior: 'runLatest' | 'sequential';
  readonly since: string;
  isHeld: boolean;
}

/** What holds stages up. */
export interface Gates {
  approvals: Approval[];
  /** In the order in which they were made. */
  claims: LockClaim[];
}

/** The gates of an organisation. */
export function gatesOf(organization: Organization): Gates {
  organization.gates ??= { approvals: [], claims: [] };
  return organization.gates;
}
