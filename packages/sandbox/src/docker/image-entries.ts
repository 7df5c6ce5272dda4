import { lstatSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { refuseLine } from './docker-error.ts';

/** A file, folder or link on its way into an image. */
export interface ImageEntry {
  /** In the image, without the slash before it. */
  readonly path: string;
  /** On this machine; absent: a folder that is made. */
  readonly source?: string;
  /** Folder that stands for the image's root in what the file says of itself. */
  readonly root: string;
}

/** What a `COPY` puts where, folders that it has to make among it. @param root where its sources lie */
export function listCopied(
  line: number,
  sources: readonly string[],
  target: string,
  root: string,
): readonly ImageEntry[] {
  const copied = sources.flatMap((path) => {
    const source = join(root, path);
    const found = lstatSync(source, { throwIfNoEntry: false });
    if (!found) throw refuseLine(line, `COPY ${path}: there is no such file.`);
    if (found.isDirectory()) return listBelow(source, target, root);
    return [{ path: toInner(target.endsWith('/') ? `${target}${posix.basename(path)}` : target), source, root }];
  });
  const entries = new Map(copied.map((entry) => [entry.path, entry] as const));
  for (const { path } of copied)
    for (const parent of listParents(path)) if (!entries.has(parent)) entries.set(parent, { path: parent, root });
  return [...entries.values()].sort(byPath);
}

/** A folder and all that lies in it, each once: an engine refuses a layer that names a path twice. @param target where it comes to lie */
export function listBelow(folder: string, target: string, root: string): readonly ImageEntry[] {
  const own = toInner(target) === '' ? [] : [{ path: toInner(target), source: folder, root }];
  const below = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(target, entry.name);
    const source = join(folder, entry.name);
    return entry.isDirectory() ? listBelow(source, path, root) : [{ path: toInner(path), source, root }];
  });
  return [...own, ...below].sort(byPath);
}

function byPath(one: ImageEntry, other: ImageEntry): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}

function toInner(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

function listParents(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** What an entry is in an image: modes without what is this machine's own, and no paths of this machine. */
export type EntryContent =
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'file'; readonly mode: number; readonly content: Buffer };

/** Reads an entry as it is to be in the image. */
export async function readEntry({ source, root }: ImageEntry): Promise<EntryContent> {
  const found = source === undefined ? undefined : lstatSync(source);
  if (source === undefined || !found || found.isDirectory()) return { kind: 'folder' };
  if (found.isSymbolicLink()) return { kind: 'link', to: toImageText(await readlink(source), root) };
  const content = toImageContent(await readFile(source), root);
  return { kind: 'file', mode: found.mode & 0o100 ? 0o755 : 0o644, content };
}

/** Scripts and settings that pip and venv wrote name the folder that stood for the image's root. */
function toImageContent(content: Buffer, root: string): Buffer {
  if (!content.includes(root) || content.includes(0)) return content;
  return Buffer.from(toImageText(content.toString('utf8'), root));
}

/** pip writes a script's long interpreter in sh (pip, distlib/scripts.py); in the image it is short. */
const LONG_INTERPRETER = /^#!\/bin\/sh\n'''exec' "?(\/[^"\n]+?)"? "\$0" "\$@"\n' '''\n/;

function toImageText(text: string, root: string): string {
  return text.replaceAll(root, '').replace(LONG_INTERPRETER, '#!$1\n');
}

/** Puts entries below a folder, so that what is run next finds them. */
export async function layEntries(line: number, entries: readonly ImageEntry[], root: string): Promise<void> {
  for (const entry of entries) {
    const path = join(root, entry.path);
    // A link among the files could lead out of the folder, and what is written through it would be this machine's.
    const parent = listParents(entry.path).find((each) => isLink(join(root, each)));
    if (parent !== undefined || isLink(path)) throw refuseLine(line, `COPY to /${parent ?? entry.path}: it is a link.`);
    const found = await readEntry(entry);
    if (found.kind === 'folder') await mkdir(path, { recursive: true });
    else if (found.kind === 'link') await symlink(found.to, path);
    else {
      await writeFile(path, found.content);
      await chmod(path, found.mode);
    }
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
