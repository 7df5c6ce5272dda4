import {
  type Answer,
  type Call,
  findQuery,
  findQueryList,
  getBodyList,
  getProject,
  type Handlers,
  isObject,
  list,
  ok,
  toText,
} from '../call.ts';
import { badRequest, ServiceError } from '../errors.ts';
import { toIdentityRef } from '../people.ts';
import type { Json, Project } from '../state.ts';
import { containersOf, subjectsOf } from '../subjects.ts';
import { answerStep } from './approvals.ts';
import { type Approval, type ApprovalStep, gatesOf } from './gates.ts';

function approvalsOf(call: Call, project: Project): readonly Approval[] {
  return gatesOf(call.organization).approvals.filter(({ projectId }) => projectId === project.id);
}

function getApproval(call: Call, project: Project, id: string): Approval {
  const found = approvalsOf(call, project).find((approval) => approval.id === id.toLowerCase());
  if (found) return found;
  throw new ServiceError(404, 'ApprovalNotFoundException', `Approval ${id} was not found.`);
}

function describe(call: Call, approval: Approval, withSteps: boolean): Json {
  const { id, settings, steps } = approval;
  const url = `${call.base}/${approval.projectId}/_apis/pipelines/approvals/${id}`;
  const blocked = Array.isArray(settings.blockedApprovers) ? settings.blockedApprovers.filter(isObject) : [];
  return {
    id,
    ...(withSteps ? { steps: steps.map((step, place) => describeStep(call, step, place + 1)) } : {}),
    status: approval.status,
    createdOn: approval.createdOn,
    lastModifiedOn: approval.lastModifiedOn,
    executionOrder: settings.executionOrder ?? 'anyOrder',
    minRequiredApprovers: Number(settings.minRequiredApprovers ?? 0) || steps.length,
    blockedApprovers: blocked.map((each) => describeApprover(call, toText(each.id))),
    instructions: toText(settings.instructions),
    _links: { self: { href: url } },
    pipeline: describePipeline(call, approval),
  };
}

function describeStep(call: Call, step: ApprovalStep, order: number): Json {
  return {
    assignedApprover: describeApprover(call, step.approver),
    ...(step.actualApprover === undefined ? {} : { actualApprover: toIdentityRef(call, step.actualApprover) }),
    status: step.status,
    comment: step.comment,
    ...(step.initiatedOn === undefined ? {} : { initiatedOn: step.initiatedOn }),
    ...(step.lastModifiedOn === undefined
      ? {}
      : { lastModifiedOn: step.lastModifiedOn, lastModifiedBy: toIdentityRef(call, step.actualApprover ?? '') }),
    order,
    history: [],
  };
}

/** A person, or a group by its name. */
function describeApprover(call: Call, id: string): unknown {
  const group = subjectsOf(call).find((subject) => subject.kind === 'group' && subject.id === id);
  if (!group) return toIdentityRef(call, id);
  return { displayName: group.principalName, id, uniqueName: group.principalName, isContainer: true };
}

function describePipeline(call: Call, { buildId, projectId }: Approval): Json {
  const build = call.organization.builds.find(({ id }) => id === buildId);
  const definition = call.organization.definitions.find(({ id }) => id === build?.definitionId);
  const web = `${call.base}/${projectId}/_build/results?buildId=${buildId}`;
  const self = `${call.base}/${projectId}/_apis/build/Builds/${buildId}`;
  return {
    owner: { _links: { web: { href: web }, self: { href: self } }, id: buildId, name: build?.number ?? '' },
    id: String(build?.definitionId ?? ''),
    name: definition?.name ?? '',
  };
}

function showApprovals(call: Call): Answer {
  const project = getProject(call);
  const withSteps = /^(steps|permissions|1)$/i.test(findQuery(call, '$expand') ?? '');
  const { approvalId } = call.params;
  if (approvalId !== undefined) return ok(describe(call, getApproval(call, project, approvalId), withSteps));
  const ids = findQueryList(call, 'approvalIds');
  const state = findQuery(call, 'state')?.toLowerCase() ?? 'all';
  const users = findQueryList(call, 'userIds') ?? [];
  const found = approvalsOf(call, project)
    .filter(({ id }) => ids === undefined || ids.includes(id))
    .filter(({ status }) => state === 'all' || status.toLowerCase() === state)
    .filter(({ steps }) => users.length === 0 || steps.some(({ approver }) => users.includes(approver)));
  const top = Number(findQuery(call, 'top') ?? 0) || found.length;
  return list(found.slice(0, top).map((approval) => describe(call, approval, withSteps)));
}

function updateApprovals(call: Call): Answer {
  const project = getProject(call);
  const wanted = getBodyList(call).map((sent) => ({
    approval: getApproval(call, project, toText(sent.approvalId)),
    status: toStatus(sent.status),
    comment: toText(sent.comment),
  }));
  const now = call.world.clock.now().toISOString();
  for (const { approval, status, comment } of wanted)
    answerStep(approval, getOwnStep(call, approval), { status, comment, by: call.identity.id, now });
  return list(wanted.map(({ approval }) => describe(call, approval, true)));
}

/** As a name in any case, or as the number that clients with numeric enums send. */
function toStatus(sent: unknown): 'approved' | 'rejected' {
  const text = String(sent).toLowerCase();
  if (text === 'approved' || text === '4') return 'approved';
  if (text === 'rejected' || text === '8') return 'rejected';
  throw badRequest(`An approval cannot be set to '${String(sent)}'.`, 'InvalidApprovalStatusException');
}

function getOwnStep(call: Call, approval: Approval): ApprovalStep {
  if (approval.status !== 'pending')
    throw badRequest(`Approval ${approval.id} is ${approval.status} already.`, 'ApprovalAlreadyCompletedException');
  const step = approval.steps.find(({ approver, status }) => status === 'pending' && isFor(call, approver));
  const requester = call.organization.builds.find(({ id }) => id === approval.buildId)?.requestedFor;
  const isOwnRun = approval.settings.requesterCannotBeApprover === true && requester === call.identity.id;
  if (step && !isOwnRun) return step;
  throw new ServiceError(
    403,
    'ApprovalUnauthorizedException',
    `${call.identity.displayName} may not approve or reject ${approval.id}${isOwnRun ? ': who asked for the run cannot be its approver' : ''}.`,
  );
}

/** An approver is the caller, or a group that the caller is in, directly or through other groups. */
function isFor(call: Call, approver: string): boolean {
  if (approver === call.identity.id) return true;
  const all = subjectsOf(call);
  const seen = new Set<string>();
  const visit = (descriptors: readonly string[]): boolean =>
    all
      .filter(({ subjectDescriptor }) => descriptors.includes(subjectDescriptor) && !seen.has(subjectDescriptor))
      .some((subject) => {
        seen.add(subject.subjectDescriptor);
        return subject.id === approver || visit(containersOf(call, subject));
      });
  return all.some((subject) => subject.id === call.identity.id && visit(containersOf(call, subject)));
}

/** Approvals that stages wait for. */
export const approvalHandlers: Handlers = {
  approvals: { GET: showApprovals, PATCH: updateApprovals },
};
