import { isFields } from './body.ts';
import { invalid, missing } from './service-error.ts';
import { listServicePrincipals } from './service-principals.ts';
import type { AccessEntry } from './state.ts';
import type { World } from './world.ts';

/** The kinds of objects whose permissions can be set here. */
export type PermissionKind = 'jobs' | 'repos' | 'directories' | 'notebooks' | 'files';

const FILE_LEVELS = ['CAN_READ', 'CAN_RUN', 'CAN_EDIT', 'CAN_MANAGE'];

/** What can be granted on each kind, weakest first. */
export const LEVELS: Readonly<Record<PermissionKind, readonly string[]>> = {
  jobs: ['CAN_VIEW', 'CAN_MANAGE_RUN', 'IS_OWNER', 'CAN_MANAGE'],
  repos: FILE_LEVELS,
  directories: FILE_LEVELS,
  notebooks: FILE_LEVELS,
  files: FILE_LEVELS,
};

/** Groups every workspace has. */
const GROUPS = ['users', 'admins'];

const PRINCIPALS = ['user_name', 'group_name', 'service_principal_name'] as const;

/** Checks an `access_control_list`. A principal named twice keeps the last level. */
export function parseAccessList(world: World, kind: PermissionKind, list: unknown): AccessEntry[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid('access_control_list must be a list.');
  const entries = list.map((entry) => parseEntry(world, kind, entry));
  return entries.filter((entry, index) => !entries.slice(index + 1).some((later) => isSamePrincipal(entry, later)));
}

function parseEntry(world: World, kind: PermissionKind, entry: unknown): AccessEntry {
  if (!isFields(entry)) throw invalid('An entry of access_control_list must be an object.');
  const named = PRINCIPALS.filter((field) => typeof entry[field] === 'string' && entry[field] !== '');
  const [field] = named;
  if (named.length !== 1 || field === undefined) {
    throw invalid(`An entry of access_control_list needs exactly one of ${PRINCIPALS.join(', ')}.`);
  }
  const name = String(entry[field]);
  const level = String(entry.permission_level ?? '');
  if (!LEVELS[kind].includes(level)) {
    throw invalid(`Permission level ${level} is not supported on ${kind}. Supported: ${LEVELS[kind].join(', ')}.`);
  }
  checkPrincipal(world, field, name);
  return { [field]: name, permission_level: level };
}

function checkPrincipal(world: World, field: (typeof PRINCIPALS)[number], name: string): void {
  const people = world.identities();
  switch (field) {
    case 'user_name':
      if (people.some(({ account }) => account === name)) return;
      throw missing(`Principal: UserName(${name}) does not exist`);
    case 'service_principal_name':
      if (people.some(({ id }) => id === name) || isMember(world, name)) return;
      throw missing(`Principal: ServicePrincipalName(${name}) does not exist`);
    case 'group_name':
      if (GROUPS.includes(name)) return;
      throw missing(`Principal: GroupName(${name}) does not exist`);
  }
}

function isMember(world: World, applicationId: string): boolean {
  return listServicePrincipals(world).some((one) => one.applicationId.toLowerCase() === applicationId.toLowerCase());
}

/** Replaces an object's entries. */
export function setAccess(world: World, kind: PermissionKind, id: number, entries: readonly AccessEntry[]): void {
  if (kind === 'jobs' && entries.filter((one) => one.permission_level === 'IS_OWNER').length !== 1) {
    throw invalid('The job must have exactly one owner.');
  }
  world.store.data.permissions[`${kind}/${id}`] = [...entries];
}

/** An object's own entries; `owner` has what a creator has. */
export function listAccess(world: World, kind: PermissionKind, id: number, owner: string): readonly AccessEntry[] {
  const set = world.store.data.permissions[`${kind}/${id}`];
  if (set) return set;
  return owner === '' ? [] : [{ user_name: owner, permission_level: kind === 'jobs' ? 'IS_OWNER' : 'CAN_MANAGE' }];
}

/** Adds entries; a principal that is there gets the new level, and a new owner takes the place of the old one. */
export function mergeAccess(old: readonly AccessEntry[], added: readonly AccessEntry[]): AccessEntry[] {
  const hasOwner = added.some((one) => one.permission_level === 'IS_OWNER');
  const kept = old.filter(
    (one) => !added.some((other) => isSamePrincipal(one, other)) && !(hasOwner && one.permission_level === 'IS_OWNER'),
  );
  return [...kept, ...added];
}

function isSamePrincipal(a: AccessEntry, b: AccessEntry): boolean {
  return PRINCIPALS.every((field) => a[field] === b[field]);
}

/** An entry as replies show it. */
export function describeEntry(world: World, entry: AccessEntry, inheritedFrom?: string): Record<string, unknown> {
  const { permission_level, ...principal } = entry;
  const person = world
    .identities()
    .find(({ account, id }) => account === entry.user_name || id === entry.service_principal_name);
  const member = listServicePrincipals(world).find((one) => one.applicationId === entry.service_principal_name);
  const displayName = person?.displayName ?? member?.displayName;
  const origin =
    inheritedFrom === undefined ? { inherited: false } : { inherited: true, inherited_from_object: [inheritedFrom] };
  return {
    ...principal,
    ...(displayName === undefined ? {} : { display_name: displayName }),
    all_permissions: [{ permission_level, ...origin }],
  };
}
