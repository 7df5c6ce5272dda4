import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  getProject,
  type Handlers,
  list,
  noContent,
  ok,
  toText,
} from './call.ts';
import { toFolderPath } from './definition-text.ts';
import { ServiceError } from './errors.ts';
import { checkFolderPath } from './object-names.ts';
import { toIdentityRef } from './people.ts';
import { toProjectReference } from './project-form.ts';
import { requireRight } from './rights.ts';
import type { Folder, Project } from './state.ts';

function foldersOf(call: Call, project: Project): readonly Folder[] {
  return call.organization.folders.filter(({ projectId }) => projectId === project.id);
}

function findFolder(call: Call, project: Project, path: string): Folder | undefined {
  const wanted = path.toLowerCase();
  return foldersOf(call, project).find((folder) => folder.path.toLowerCase() === wanted);
}

/** Makes a folder and its parents where they are missing. */
export function ensureFolder(call: Call, project: Project, path: string, description = ''): void {
  const parts = path.split('\\').filter((part) => part !== '');
  for (const depth of parts.keys()) {
    const at = `\\${parts.slice(0, depth + 1).join('\\')}`;
    if (findFolder(call, project, at)) continue;
    call.organization.folders.push({
      projectId: project.id,
      path: at,
      description: depth === parts.length - 1 ? description : '',
      createdBy: call.identity.id,
      createdOn: new Date().toISOString(),
    });
  }
}

/** Clients name the folder in the address (`az`) or in the query (node-api). */
function toPath(call: Call): string {
  return toFolderPath(findQuery(call, 'path') ?? call.params.path ?? '');
}

function describe(call: Call, project: Project, folder: Pick<Folder, 'path'> & Partial<Folder>): unknown {
  return {
    path: folder.path,
    description: folder.description ?? '',
    ...(folder.createdBy === undefined
      ? {}
      : { createdBy: toIdentityRef(call, folder.createdBy), createdOn: folder.createdOn }),
    project: toProjectReference(call, project),
  };
}

function showFolders(call: Call): Answer {
  const project = getProject(call);
  const at = toPath(call);
  const within = foldersOf(call, project).filter(
    ({ path }) =>
      at === '\\' || path.toLowerCase() === at.toLowerCase() || path.toLowerCase().startsWith(`${at.toLowerCase()}\\`),
  );
  const sorted = [...within].sort((a, b) => a.path.localeCompare(b.path));
  const isDescending = findQuery(call, 'queryOrder')?.toLowerCase() === 'folderdescending';
  const all = at === '\\' ? [{ path: '\\' }, ...sorted] : sorted;
  return list((isDescending ? all.reverse() : all).map((folder) => describe(call, project, folder)));
}

function createFolder(call: Call): Answer {
  const project = getProject(call);
  const path = toPath(call);
  const body = getBody(call);
  checkFolderPath(path);
  requireRight(call, 'CreateBuildDefinition', { project, token: project.id, name: path });
  if (path === '\\' || findFolder(call, project, path)) {
    throw new ServiceError(409, 'FolderExistsException', `Folder ${path} already exists for project ${project.name}.`);
  }
  ensureFolder(call, project, path, toText(body.description));
  return ok(describe(call, project, findFolder(call, project, path) ?? { path }));
}

function getFolder(call: Call, project: Project): Folder {
  const folder = findFolder(call, project, toPath(call));
  if (folder) return folder;
  throw new ServiceError(
    404,
    'FolderNotFoundException',
    `Folder ${toPath(call)} does not exist for project ${project.name}.`,
  );
}

function updateFolder(call: Call): Answer {
  const project = getProject(call);
  const folder = getFolder(call, project);
  const body = getBody(call);
  requireRight(call, 'EditBuildDefinition', { project, token: project.id, name: folder.path });
  if (typeof body.description === 'string') folder.description = body.description;
  const target = toFolderPath(toText(body.path) || folder.path);
  if (target !== folder.path) move(call, project, folder.path, target);
  return ok(describe(call, project, folder));
}

function move(call: Call, project: Project, from: string, to: string): void {
  checkFolderPath(to);
  const moved = (path: string) => (path === from || path.startsWith(`${from}\\`) ? to + path.slice(from.length) : path);
  for (const folder of foldersOf(call, project)) folder.path = moved(folder.path);
  for (const definition of call.organization.definitions) {
    if (definition.projectId === project.id) definition.path = moved(definition.path);
  }
}

function deleteFolder(call: Call): Answer {
  const project = getProject(call);
  const { path } = getFolder(call, project);
  requireRight(call, 'DeleteBuildDefinition', { project, token: project.id, name: path });
  const stays = (item: { projectId: string; path: string }) =>
    item.projectId !== project.id || (item.path !== path && !item.path.startsWith(`${path}\\`));
  call.organization.folders = call.organization.folders.filter(stays);
  call.organization.definitions = call.organization.definitions.filter(stays);
  return noContent();
}

/** Folders of definitions. */
export const folderHandlers: Handlers = {
  folders: { GET: showFolders, PUT: createFolder, POST: updateFolder, DELETE: deleteFolder },
};
