import { randomUUID } from 'node:crypto';
import { isObject, toObject, toText } from '../call.ts';
import type { Check } from '../state.ts';
import { CHECK, describeChecked, listChecksOn } from './checks-on.ts';
import type { Scene } from './decide-stage.ts';
import { type Approval, type ApprovalStep, type Decision, gatesOf } from './gates.ts';

/** A stage waits until enough of the approvers have agreed; one who rejects ends it, and so does the check's time limit. */
export function decideApprovals(scene: Scene): Decision | undefined {
  const checks = listChecksOn(scene, CHECK.approval);
  // All are asked at once: nobody has to wait for another check's approver.
  const asked = checks.map((check) => ({ check, approval: findApproval(scene, check) ?? ask(scene, check) }));
  for (const { check, approval } of asked) {
    expire(scene, approval);
    const where = describeChecked(scene, check);
    if (approval.status === 'rejected' || approval.status === 'canceled')
      return { kind: 'refuse', result: 'failed', why: `The approval for ${where} was ${approval.status}.` };
    if (approval.status === 'timedOut')
      return { kind: 'refuse', result: 'skipped', why: `The approval for ${where} was not given in time.` };
  }
  const waiting = asked.filter(({ approval }) => approval.status === 'pending');
  if (waiting.length === 0) return undefined;
  const names = waiting.map(({ check }) => describeChecked(scene, check)).join(', ');
  return { kind: 'wait', checkpoint: 'Checkpoint.Approval', why: `Waiting for approval of ${names}` };
}

function findApproval({ organization, build, stage }: Scene, { id }: Check): Approval | undefined {
  return gatesOf(organization).approvals.find(
    (approval) => approval.checkId === id && approval.buildId === build.id && approval.stage === stage.name,
  );
}

function ask({ world, organization, build, stage }: Scene, check: Check): Approval {
  const now = world.clock.now().toISOString();
  const settings = toObject(check.settings);
  const approvers = Array.isArray(settings.approvers) ? settings.approvers.filter(isObject) : [];
  const steps = approvers.map(({ id }): ApprovalStep => ({ approver: toText(id), status: 'uninitiated', comment: '' }));
  const approval: Approval = {
    id: randomUUID(),
    projectId: build.projectId,
    checkId: check.id,
    buildId: build.id,
    stage: stage.name,
    status: 'pending',
    createdOn: now,
    lastModifiedOn: now,
    settings,
    timeout: check.timeout,
    steps,
  };
  initiate(approval, now);
  gatesOf(organization).approvals.push(approval);
  return approval;
}

/** Whose turn it is: everybody's, or in sequence the next one's. */
function initiate({ settings, steps }: Approval, now: string): void {
  const open = steps.filter(({ status }) => status === 'uninitiated');
  const isBusy = steps.some(({ status }) => status === 'pending');
  const next = settings.executionOrder === 'inSequence' ? (isBusy ? [] : open.slice(0, 1)) : open;
  for (const step of next) Object.assign(step, { status: 'pending', initiatedOn: now });
}

function expire({ world }: Scene, approval: Approval): void {
  const now = world.clock.now();
  const isLate = now.getTime() - Date.parse(approval.createdOn) > approval.timeout * 60_000;
  if (approval.status !== 'pending' || !isLate) return;
  approval.status = 'timedOut';
  approval.lastModifiedOn = now.toISOString();
}

/** Who answers an approval, and what. */
export interface Answered {
  readonly status: 'approved' | 'rejected';
  readonly by: string;
  readonly comment: string;
  readonly now: string;
}

/** Writes down what an approver says, and what comes of it. */
export function answerStep(approval: Approval, step: ApprovalStep, { status, by, comment, now }: Answered): void {
  Object.assign(step, { status, actualApprover: by, comment, lastModifiedOn: now });
  approval.lastModifiedOn = now;
  if (status === 'rejected') approval.status = 'rejected';
  else if (approval.steps.filter((each) => each.status === 'approved').length >= toNeeded(approval))
    approval.status = 'approved';
  if (approval.status === 'pending') initiate(approval, now);
  else skipOpen(approval);
}

function skipOpen({ steps }: Approval): void {
  for (const step of steps) if (step.status === 'pending' || step.status === 'uninitiated') step.status = 'skipped';
}

/** How many must agree; 0 stands for all. */
function toNeeded({ settings, steps }: Approval): number {
  const minimum = Number(settings.minRequiredApprovers ?? 0);
  return minimum > 0 ? Math.min(minimum, steps.length) : steps.length;
}
