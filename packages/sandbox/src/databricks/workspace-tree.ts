import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { findLanguage, hasHeader, isJupyter, NOTEBOOK_EXTENSIONS } from './notebook-source.ts';
import { denied, invalid, missing } from './service-error.ts';
import type { Language, ObjectRecord } from './state.ts';
import { takeId, type World } from './world.ts';

/** An object of the workspace as it is now. */
export interface Node {
  /** Path in the workspace: no `/Workspace` in front, no extension on notebooks. */
  readonly path: string;
  readonly type: 'DIRECTORY' | 'REPO' | 'NOTEBOOK' | 'FILE';
  /** Where its bytes lie. */
  readonly disk: string;
  readonly language?: Language;
  /** How a notebook's bytes are to be read. */
  readonly form?: 'source' | 'jupyter';
  /** Bytes, for files. */
  readonly size: number;
}

/** `/Workspace/Shared/x/` → `/Shared/x`. @throws 400 for anything that is not an absolute path */
export function toWorkspacePath(path: string): string {
  if (!path.startsWith('/')) throw invalid(`Path (${path}) must start with '/'`);
  const parts = path.replace(/\/+$/, '').split('/').slice(1);
  const inside = parts[0] === 'Workspace' ? parts.slice(1) : parts;
  if (inside.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0') || part === '.git')) {
    throw invalid(`Path (${path}) is not a valid path in the workspace.`);
  }
  return `/${inside.join('/')}`;
}

/** The folder above. */
export function toParent(path: string): string {
  return dirname(path);
}

/** Where a path's bytes lie. A link inside a checkout never leads out of the workspace. */
export function toDisk(world: World, path: string): string {
  const disk = join(world.root, path);
  let existing = disk;
  while (!existsSync(existing)) existing = dirname(existing);
  const root = realpathSync(world.root);
  const real = realpathSync(existing);
  if (real !== root && !real.startsWith(`${root}/`)) throw denied(`Path (${path}) leads out of the workspace.`);
  return disk;
}

/** The Git folder that holds this path (itself not included). */
export function findGitFolderAbove(world: World, path: string): string | undefined {
  for (let above = toParent(path); above !== '/'; above = toParent(above)) {
    if (world.store.data.gitFolders[above]) return above;
  }
  return undefined;
}

/** The object at this path. */
export function findNode(world: World, path: string): Node | undefined {
  const disk = toDisk(world, path);
  const found = statOf(disk);
  if (found?.isDirectory()) {
    const isRepo = world.store.data.gitFolders[path] !== undefined && path.startsWith('/Repos/');
    return { path, type: isRepo ? 'REPO' : 'DIRECTORY', disk, size: 0 };
  }
  if (findGitFolderAbove(world, path)) return findCheckedOut(path, disk, found);
  if (!found) return undefined;
  const notebook = world.store.data.notebooks[path];
  return notebook
    ? { path, type: 'NOTEBOOK', disk, size: found.size, ...notebook }
    : { path, type: 'FILE', disk, size: found.size };
}

/** The object at a path. @throws 404 when there is none */
export function getNode(world: World, path: string): Node {
  const node = findNode(world, path);
  if (!node) throw missing(`Path (${path}) doesn't exist.`);
  return node;
}

/** In a checkout the bytes decide: `x.py` with the notebook line is the notebook `x`. */
function findCheckedOut(path: string, disk: string, found: Stats | undefined): Node | undefined {
  if (found && !findNotebookKind(disk)) return { path, type: 'FILE', disk, size: found.size };
  for (const extension of NOTEBOOK_EXTENSIONS) {
    const kind = findNotebookKind(disk + extension);
    if (kind) return { path, type: 'NOTEBOOK', disk: disk + extension, size: 0, ...kind };
  }
  return undefined;
}

function findNotebookKind(disk: string): { language: Language; form: 'source' | 'jupyter' } | undefined {
  const extension = extname(disk);
  if (!NOTEBOOK_EXTENSIONS.some((known) => known === extension) || !statOf(disk)?.isFile()) return undefined;
  const text = readFileSync(disk, 'utf8');
  if (extension === '.ipynb') return isJupyter(text) ? { language: 'PYTHON', form: 'jupyter' } : undefined;
  const language = findLanguage(extension);
  return language && hasHeader(text, language) ? { language, form: 'source' } : undefined;
}

/** What lies directly in a directory, sorted by path. */
export function listNodes(world: World, directory: string): Node[] {
  const inCheckout = world.store.data.gitFolders[directory] ?? findGitFolderAbove(world, directory);
  const nodes = readdirSync(toDisk(world, directory)).flatMap((name) => {
    if (name === '.git') return [];
    const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
    const isNotebookFile = inCheckout && findNotebookKind(join(world.root, path));
    const node = findNode(world, isNotebookFile ? path.slice(0, -extname(name).length) : path);
    return node ? [node] : [];
  });
  return nodes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What is remembered of an object; an object that nobody made through the API (a checkout's file) gets its id now. */
export function recordOf(world: World, path: string): ObjectRecord {
  return world.store.data.objects[path] ?? putRecord(world, path, world.store.data.gitFolders[path]?.createdBy ?? '');
}

/** Remembers that `by` made or changed the object. */
export function putRecord(world: World, path: string, by: string): ObjectRecord {
  const { objects, gitFolders } = world.store.data;
  const now = Date.now();
  const old = objects[path];
  const id = gitFolders[path]?.id ?? old?.id ?? takeId(world);
  const record = { id, createdAt: old?.createdAt ?? now, modifiedAt: now, createdBy: old?.createdBy ?? by };
  objects[path] = record;
  return record;
}

/** Forgets an object and all that lay in it. */
export function forget(world: World, path: string): void {
  const { objects, notebooks, gitFolders, permissions } = world.store.data;
  const isGone = (known: string) => known === path || known.startsWith(`${path}/`);
  for (const known of Object.keys(objects).filter(isGone)) {
    const id = objects[known]?.id;
    for (const kind of ['directories', 'notebooks', 'files', 'repos']) delete permissions[`${kind}/${id}`];
    delete objects[known];
  }
  for (const known of Object.keys(notebooks).filter(isGone)) delete notebooks[known];
  for (const known of Object.keys(gitFolders).filter(isGone)) delete gitFolders[known];
}

/** The folders every workspace has. */
export function prepareTree(world: World): void {
  const homes = world.identities().flatMap(({ account }) => [`/Users/${account}`, `/Repos/${account}`]);
  for (const path of ['/Shared', '/Users', '/Repos', ...homes]) {
    mkdirSync(join(world.root, path), { recursive: true, mode: 0o700 });
  }
  mkdirSync(world.scratch, { recursive: true, mode: 0o700 });
}

function statOf(disk: string): Stats | undefined {
  return lstatSync(disk, { throwIfNoEntry: false });
}
