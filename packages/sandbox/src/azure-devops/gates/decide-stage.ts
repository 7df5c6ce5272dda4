import type { Build, Organization } from '../state.ts';
import { triggersOf } from '../triggers/triggers.ts';
import type { World } from '../world.ts';
import { decideApprovals } from './approvals.ts';
import { decideBranchControl } from './branch-control.ts';
import { decideLock } from './exclusive-lock.ts';
import { type Decision, gatesOf, type StageWish } from './gates.ts';
import { decidePermission } from './permission.ts';
import { decideRequiredTemplate } from './required-template.ts';

/** A stage of a run that wants to start, and where. */
export interface Scene {
  readonly world: World;
  readonly organization: Organization;
  readonly build: Build;
  readonly stage: StageWish;
}

/** What one kind of gate says; `undefined` lets the stage pass. */
export type Gate = (scene: Scene) => Decision | undefined | Promise<Decision | undefined>;

/** In the service's order: leave to use a resource, then static checks, approvals, and the lock last of all (MicrosoftDocs process/approvals). */
const GATES: readonly Gate[] = [
  decidePermission,
  decideBranchControl,
  decideRequiredTemplate,
  decideApprovals,
  decideLock,
];

/**
 * Whether a stage may start. To be asked again whenever something changed while it waits; what it is told to wait
 * for is remembered in the state. Must be called in turn.
 */
export async function decideStage(
  world: World,
  organization: Organization,
  build: Build,
  stage: StageWish,
): Promise<Decision> {
  for (const gate of GATES) {
    const decision = await gate({ world, organization, build, stage });
    if (decision) return decision;
  }
  return { kind: 'go' };
}

/** A stage is over, however it ended: its locks are free, and nobody need approve it any more. Must be called in turn. */
export function leaveStage(organization: Organization, buildId: number, stage: string): void {
  const gates = gatesOf(organization);
  gates.claims = gates.claims.filter((claim) => claim.buildId !== buildId || claim.stage !== stage);
  for (const approval of gates.approvals) {
    if (approval.buildId === buildId && approval.stage === stage && approval.status === 'pending')
      approval.status = 'canceled';
  }
}

/**
 * A run is over: the same for all its stages; and what its end starts is remembered, in the turn in which it ends, so
 * that a kill forgets neither.
 */
export function leaveRun(organization: Organization, buildId: number): void {
  const { claims, approvals } = gatesOf(organization);
  const stages = [...claims, ...approvals].filter((each) => each.buildId === buildId).map(({ stage }) => stage);
  for (const stage of new Set(stages)) leaveStage(organization, buildId, stage);
  triggersOf(organization).ended.push(buildId);
}
