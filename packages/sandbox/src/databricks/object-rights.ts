import { APPLICATION } from './authenticate.ts';
import { listAccess, type PermissionKind } from './permissions.ts';
import { denied, missing } from './service-error.ts';
import type { AccessEntry, Job } from './state.ts';
import { toParent } from './workspace-tree.ts';
import type { Call } from './world.ts';

/** How much of a job or an object is granted; each level holds those before it. */
const RANKS: Readonly<Record<string, number>> = {
  CAN_VIEW: 1,
  CAN_READ: 1,
  CAN_RUN: 2,
  CAN_MANAGE_RUN: 2,
  CAN_EDIT: 3,
  IS_OWNER: 4,
  CAN_MANAGE: 4,
};

type JobLevel = 'CAN_VIEW' | 'CAN_MANAGE_RUN' | 'CAN_MANAGE';
type PathLevel = 'CAN_READ' | 'CAN_EDIT' | 'CAN_MANAGE';

/** In the words of the service. */
const JOB_WORDS: Readonly<Record<JobLevel, string>> = {
  CAN_VIEW: 'View or Admin or Manage Run or Owner',
  CAN_MANAGE_RUN: 'Manage Run or Admin or Owner',
  CAN_MANAGE: 'Admin or Owner',
};

/**
 * Whether an application holds this much of a job. People's rights come from their role, an application's from each
 * object: that is what a pipeline's identity stands or falls with.
 */
export function hasOnJob(call: Call, job: Job, level: JobLevel): boolean {
  if (call.caller.key !== APPLICATION) return true;
  return rankOf(call, listAccess(call, 'jobs', job.id, job.createdBy)) >= (RANKS[level] ?? 0);
}

/** @throws ServiceError 403 */
export function requireOnJob(call: Call, job: Job, level: JobLevel): void {
  if (hasOnJob(call, job, level)) return;
  throw denied(`User ${call.caller.account} does not have ${JOB_WORDS[level]} permissions on job ${job.id}`);
}

/** The same for what lies at a path; folders pass on what is granted on them. @throws ServiceError 403, 404 for what may not be seen */
export function requireOnPath(call: Call, path: string, level: PathLevel): void {
  if (call.caller.key !== APPLICATION) return;
  const rank = rankOnPath(call, path);
  if (rank >= (RANKS[level] ?? 0)) return;
  if (rank === 0) throw missing(`Path (${path}) doesn't exist.`);
  throw denied(`User ${call.caller.account} does not have ${level} permission on ${path}.`);
}

const KINDS: readonly PermissionKind[] = ['repos', 'directories', 'notebooks', 'files'];

function rankOnPath(call: Call, path: string): number {
  const { objects, gitFolders } = call.store.data;
  const { account } = call.caller;
  // Everybody manages what is in the shared folder, and one's own home (…/security/auth/access-control, "Folder ACLs").
  const isOpen = (one: string) => ['/Shared', `/Users/${account}`, `/Repos/${account}`].includes(one);
  let best = 0;
  for (let at = path; at !== '/' && best < 4; at = toParent(at)) {
    if (isOpen(at)) return 4;
    const id = objects[at]?.id ?? gitFolders[at]?.id;
    if (id === undefined) continue;
    const owner = objects[at]?.createdBy ?? gitFolders[at]?.createdBy ?? '';
    const ranks = KINDS.map((kind) => rankOf(call, listAccess(call, kind, id, owner)));
    best = Math.max(best, ...ranks);
  }
  return best;
}

function rankOf({ caller }: Call, entries: readonly AccessEntry[]): number {
  const isMine = ({ user_name, service_principal_name, group_name }: AccessEntry) =>
    user_name === caller.account ||
    service_principal_name?.toLowerCase() === caller.account.toLowerCase() ||
    group_name === 'users';
  return Math.max(0, ...entries.filter(isMine).map(({ permission_level }) => RANKS[permission_level] ?? 0));
}
