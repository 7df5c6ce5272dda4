import { readFields } from './body.ts';
import { getJob } from './jobs.ts';
import { requireOnJob, requireOnPath } from './object-rights.ts';
import {
  describeEntry,
  LEVELS,
  listAccess,
  mergeAccess,
  type PermissionKind,
  parseAccessList,
  setAccess,
} from './permissions.ts';
import { invalid, missing } from './service-error.ts';
import { getNode, recordOf } from './workspace-tree.ts';
import type { Call, DatabricksRoute, World } from './world.ts';

const TEMPLATE = '/api/2.0/permissions/{kind}/{id}';

/** What is asked about: kind and id of an object that exists. */
interface Subject {
  readonly kind: PermissionKind;
  readonly id: number;
  readonly owner: string;
}

/** `/api/2.0/permissions/{jobs|repos|directories|notebooks|files}/{id}`. */
export const permissionRoutes: readonly DatabricksRoute[] = [
  {
    method: 'GET',
    template: TEMPLATE,
    handle: (_request, params, call) => ({ status: 200, body: describe(call, getSubject(call, params)) }),
  },
  {
    method: 'GET',
    template: `${TEMPLATE}/permissionLevels`,
    handle: (_request, params, call) => {
      const { kind } = getSubject(call, params);
      return { status: 200, body: { permission_levels: LEVELS[kind].map((level) => ({ permission_level: level })) } };
    },
  },
  {
    method: 'PUT',
    template: TEMPLATE,
    handle: (request, params, call) => {
      const subject = getManaged(call, params);
      return set(call, subject, parseAccessList(call, subject.kind, readFields(request).access_control_list));
    },
  },
  {
    method: 'PATCH',
    template: TEMPLATE,
    handle: (request, params, call) => {
      const subject = getManaged(call, params);
      const added = parseAccessList(call, subject.kind, readFields(request).access_control_list);
      return set(call, subject, mergeAccess(listAccess(call, subject.kind, subject.id, subject.owner), added));
    },
  },
];

function set(call: Call, subject: Subject, entries: Parameters<typeof setAccess>[3]) {
  setAccess(call, subject.kind, subject.id, entries);
  call.store.save();
  return { status: 200, body: describe(call, subject) };
}

function describe(world: World, { kind, id, owner }: Subject): Record<string, unknown> {
  const admins = { group_name: 'admins', permission_level: 'CAN_MANAGE' };
  return {
    object_id: `/${kind}/${id}`,
    object_type: kind === 'directories' ? 'directory' : kind.slice(0, -1),
    access_control_list: [
      ...listAccess(world, kind, id, owner).map((entry) => describeEntry(world, entry)),
      // Workspace administrators manage every object.
      describeEntry(world, admins, kind === 'jobs' ? '/jobs/' : '/directories/'),
    ],
  };
}

/** Who changes permissions has to manage the object. */
function getManaged(call: Call, params: Readonly<Record<string, string>>): Subject {
  const subject = getSubject(call, params);
  if (subject.kind === 'jobs') requireOnJob(call, getJob(call, subject.id), 'CAN_MANAGE');
  else requireOnPath(call, findPath(call, subject.id) ?? '/', 'CAN_MANAGE');
  return subject;
}

function findPath({ store }: World, id: number): string | undefined {
  const { objects, gitFolders } = store.data;
  return (
    Object.keys(gitFolders).find((one) => gitFolders[one]?.id === id) ??
    Object.keys(objects).find((one) => objects[one]?.id === id)
  );
}

function getSubject(world: World, { kind = '', id = '' }: Readonly<Record<string, string>>): Subject {
  const known = (Object.keys(LEVELS) as PermissionKind[]).find((one) => one === kind);
  if (!known) throw invalid(`'${kind}' is not a supported object type for permissions.`);
  if (!/^\d+$/.test(id)) throw invalid(`'${id}' is not a valid ${known.slice(0, -1)} id.`);
  if (known === 'jobs') {
    const job = getJob(world, Number(id));
    return { kind: known, id: job.id, owner: job.createdBy };
  }
  const path = findPath(world, Number(id));
  if (path === undefined || !isOfKind(world, path, known)) throw missing(`${known}/${id} does not exist.`);
  return { kind: known, id: Number(id), owner: recordOf(world, path).createdBy };
}

function isOfKind(world: World, path: string, kind: Exclude<PermissionKind, 'jobs'>): boolean {
  const { type } = getNode(world, path);
  switch (kind) {
    case 'repos':
      return world.store.data.gitFolders[path] !== undefined;
    case 'directories':
      return type === 'DIRECTORY' || type === 'REPO';
    case 'notebooks':
      return type === 'NOTEBOOK';
    case 'files':
      return type === 'FILE';
  }
}
