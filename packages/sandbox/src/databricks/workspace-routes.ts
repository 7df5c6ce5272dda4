import { mkdirSync, rmSync } from 'node:fs';
import { findFlag, getText, readFields, toFields } from './body.ts';
import { requireOnPath } from './object-rights.ts';
import { ServiceError, taken } from './service-error.ts';
import { exportObject } from './workspace-export.ts';
import { importObject } from './workspace-import.ts';
import {
  findGitFolderAbove,
  findNode,
  forget,
  getNode,
  listNodes,
  type Node,
  putRecord,
  recordOf,
  toParent,
  toWorkspacePath,
} from './workspace-tree.ts';
import type { Call, DatabricksRoute } from './world.ts';

/** `/api/2.0/workspace/*`. */
export const workspaceRoutes: readonly DatabricksRoute[] = [
  {
    method: 'POST',
    template: '/api/2.0/workspace/mkdirs',
    handle: (request, _params, call) => {
      makeDirectories(call, toWorkspacePath(getText(readFields(request), 'path')));
      return { status: 200, body: {} };
    },
  },
  {
    method: 'POST',
    template: '/api/2.0/workspace/import',
    handle: async (request, _params, call) => {
      await importObject(request, call);
      return { status: 200, body: {} };
    },
  },
  {
    method: 'GET',
    template: '/api/2.0/workspace/export',
    handle: (request, _params, call) => exportObject(request, call),
  },
  {
    method: 'GET',
    template: '/api/2.0/workspace/list',
    handle: (request, _params, call) => {
      const node = getNode(call, toWorkspacePath(getText(toFields(request.query), 'path')));
      requireOnPath(call, node.path, 'CAN_READ');
      const isFolder = node.type === 'DIRECTORY' || node.type === 'REPO';
      const objects = (isFolder ? listNodes(call, node.path) : [node]).map((one) => describe(call, one));
      call.store.save();
      return { status: 200, body: objects.length > 0 ? { objects } : {} };
    },
  },
  {
    method: 'GET',
    template: '/api/2.0/workspace/get-status',
    handle: (request, _params, call) => {
      const node = getNode(call, toWorkspacePath(getText(toFields(request.query), 'path')));
      requireOnPath(call, node.path, 'CAN_READ');
      const body = describe(call, node);
      call.store.save();
      return { status: 200, body };
    },
  },
  {
    method: 'POST',
    template: '/api/2.0/workspace/delete',
    handle: (request, _params, call) => {
      const fields = readFields(request);
      const node = getNode(call, toWorkspacePath(getText(fields, 'path')));
      requireOnPath(call, node.path, 'CAN_MANAGE');
      remove(call, node, findFlag(fields, 'recursive'));
      return { status: 200, body: {} };
    },
  },
];

function describe(call: Call, node: Node): Record<string, unknown> {
  const record = recordOf(call, node.path);
  const times = node.type === 'FILE' ? { created_at: record.createdAt, modified_at: record.modifiedAt } : {};
  return {
    object_type: node.type,
    path: node.path,
    object_id: record.id,
    resource_id: String(record.id),
    ...(node.language ? { language: node.language } : {}),
    ...(node.type === 'FILE' ? { size: node.size } : {}),
    ...times,
  };
}

/** Makes the folder and those above it; a folder that exists is a success. */
function makeDirectories(call: Call, path: string): void {
  const parts = path.split('/').slice(1);
  for (let depth = 1; depth <= parts.length && path !== '/'; depth++) {
    const folder = `/${parts.slice(0, depth).join('/')}`;
    const node = findNode(call, folder);
    if (node && node.type !== 'DIRECTORY' && node.type !== 'REPO') {
      throw taken(`${folder} already exists and it is not a folder`);
    }
    if (node) continue;
    if (folder.startsWith('/Repos/') && depth > 2 && !findGitFolderAbove(call, folder)) {
      throw new ServiceError(400, 'DIRECTORY_PROTECTED', 'Top-level folder can only contain repos');
    }
    requireOnPath(call, toParent(folder), 'CAN_EDIT');
    putRecord(call, folder, call.caller.account);
    mkdirSync(`${call.root}${folder}`, { mode: 0o700 });
  }
  call.store.save();
}

function remove(call: Call, node: Node, recursive: boolean): void {
  const isOfService = ['/', '/Shared', '/Users', '/Repos'].includes(node.path);
  if (isOfService || (toParent(node.path) === '/Users' && node.type === 'DIRECTORY')) {
    throw new ServiceError(400, 'DIRECTORY_PROTECTED', `Folder ${node.path} is protected`);
  }
  const isFolder = node.type === 'DIRECTORY' || node.type === 'REPO';
  if (isFolder && !recursive && listNodes(call, node.path).length > 0) {
    throw new ServiceError(400, 'DIRECTORY_NOT_EMPTY', `Folder (${node.path}) is not empty`);
  }
  rmSync(node.disk, { recursive: true, force: true });
  forget(call, node.path);
  call.store.save();
}
