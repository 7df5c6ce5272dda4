import type { Connect, Session } from './session.ts';

/** What a check can hang on. */
export interface ProtectedResource {
  readonly type: 'environment' | 'endpoint' | 'queue' | 'variablegroup';
  readonly id: string;
  readonly name: string;
}

/** What a check demands before a stage may go on. */
export type CheckSpec =
  | { readonly kind: 'exclusive-lock' }
  | { readonly kind: 'branch-control'; readonly branches: readonly string[] }
  | { readonly kind: 'approval'; readonly approvers: readonly string[] };

/** A check as it is. `approvers` are identities' ids. */
export type Check = { readonly id: number; readonly timeout: number } & CheckSpec;

/** Checks on protected resources. The server keeps several of a kind without complaint. */
export interface Checks {
  /** Those of the kinds above, oldest first. */
  list(resource: ProtectedResource): Promise<readonly Check[]>;
  create(resource: ProtectedResource, spec: CheckSpec): Promise<Check>;
  update(id: number, resource: ProtectedResource, spec: CheckSpec): Promise<Check>;
  remove(id: number): Promise<void>;
}

const VERSION = '7.1-preview.1';
const APPROVAL = { id: '8c6f20a7-a545-4486-9777-f762fafe0d4d', name: 'Approval' };
const TASK_CHECK = { id: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7', name: 'Task Check' };
const EXCLUSIVE_LOCK = { id: '2ef31ad6-baa0-403a-8b45-2cbc9b4e5563', name: 'ExclusiveLock' };
/** The check's own task, which decides by branch. */
const BRANCH_CONTROL = {
  id: '86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b',
  name: 'evaluatebranchProtection',
  version: '0.0.1',
};
/** Minutes until a waiting stage is given up: 30 days, the longest the service allows. */
const LONGEST = 43_200;

interface Answer {
  readonly id: number;
  readonly type?: { readonly id?: string };
  readonly timeout?: number;
  readonly settings?: {
    readonly approvers?: readonly { readonly id: string }[];
    readonly definitionRef?: { readonly id?: string };
    readonly inputs?: { readonly allowedBranches?: string };
  } | null;
}

/** The real ones. */
export function makeChecks(connect: Connect): Checks {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  const url = (session: Session, rest: string) =>
    `${encodeURIComponent(session.project.name)}/_apis/pipelines/checks/configurations${rest}`;
  return {
    list: (resource) =>
      withSession(async (session) => {
        // Without $expand the settings stay away.
        const query = `?resourceType=${resource.type}&resourceId=${encodeURIComponent(resource.id)}&$expand=settings`;
        const call = { method: 'GET', url: url(session, query), version: VERSION } as const;
        const { body } = await session.rest.call<{ value: readonly Answer[] }>(call);
        return body.value.flatMap(toChecks).sort((a, b) => a.id - b.id);
      }),
    create: (resource, spec) =>
      withSession(async (session) => {
        const call = { method: 'POST', url: url(session, ''), version: VERSION, body: toBody(resource, spec) } as const;
        const { body } = await session.rest.call<Answer>(call);
        return { id: body.id, timeout: body.timeout ?? LONGEST, ...spec };
      }),
    update: (id, resource, spec) =>
      withSession(async (session) => {
        const body = { id, ...toBody(resource, spec) };
        const call = {
          method: 'PATCH',
          url: url(session, `/${id}`),
          version: VERSION,
          body,
          repeatable: true,
        } as const;
        const answer = await session.rest.call<Answer>(call);
        return { id, timeout: answer.body.timeout ?? LONGEST, ...spec };
      }),
    remove: (id) =>
      withSession(async (session) => {
        await session.rest.call({ method: 'DELETE', url: url(session, `/${id}`), version: VERSION });
      }),
  };
}

function toBody(resource: ProtectedResource, spec: CheckSpec) {
  switch (spec.kind) {
    case 'exclusive-lock':
      return { type: EXCLUSIVE_LOCK, settings: {}, resource, timeout: LONGEST };
    case 'branch-control': {
      const allowedBranches = spec.branches.join(',');
      const inputs = { allowedBranches, ensureProtectionOfBranch: 'true', allowUnknownStatusBranch: 'false' };
      const settings = { displayName: 'Branch control', definitionRef: BRANCH_CONTROL, inputs, retryInterval: 5 };
      return { type: TASK_CHECK, settings, resource, timeout: LONGEST };
    }
    case 'approval': {
      const approvers = spec.approvers.map((id) => ({ id }));
      const settings = {
        approvers,
        executionOrder: 'anyOrder',
        minRequiredApprovers: 1,
        blockedApprovers: [],
        requesterCannotBeApprover: false,
      };
      return { type: APPROVAL, settings, resource, timeout: LONGEST };
    }
  }
}

function toChecks(answer: Answer): readonly Check[] {
  const own = { id: answer.id, timeout: answer.timeout ?? LONGEST };
  switch (answer.type?.id?.toLowerCase()) {
    case EXCLUSIVE_LOCK.id:
      return [{ ...own, kind: 'exclusive-lock' }];
    case APPROVAL.id:
      return [{ ...own, kind: 'approval', approvers: (answer.settings?.approvers ?? []).map((each) => each.id) }];
    case TASK_CHECK.id: {
      if (answer.settings?.definitionRef?.id?.toLowerCase() !== BRANCH_CONTROL.id) return [];
      const branches = (answer.settings.inputs?.allowedBranches ?? '').split(',').map((branch) => branch.trim());
      return [{ ...own, kind: 'branch-control', branches: branches.filter((branch) => branch !== '') }];
    }
    default:
      return [];
  }
}
