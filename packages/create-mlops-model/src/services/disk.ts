import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findStat } from './disk/find-stat.ts';
import { makeFolderPaths, refused } from './disk/folder-paths.ts';
import { type DiskFile, NO_FOLLOW, readFile } from './disk/read-file.ts';
import { appendFile, guard, replaceFile } from './disk/write-file.ts';

export { describeFolder } from './disk/describe-folder.ts';
export { findEntry } from './disk/find-entry.ts';
export type { DiskFile } from './disk/read-file.ts';

/** The disk below one folder. No path leads out of it, not through a symbolic link either. */
export interface Disk {
  /** The folder itself, absolute. */
  readonly folder: string;
  /** Names in the folder; empty where it does not exist yet. */
  list(): readonly string[];
  /** All files below the folder, POSIX paths; links are files. */
  listAll(): readonly string[];
  /** Where the folder really is, links resolved. */
  realFolder(): string;
  exists(path: string): boolean;
  /** @param path POSIX, relative */
  find(path: string): DiskFile | undefined;
  /** Atomic: a reader or a crash sees the old text or the new one. Makes the folders above. */
  write(path: string, file: DiskFile): void;
  /** Adds text at the end, and returns when the disk has it. */
  append(path: string, text: string): void;
  /** Removes a file, and the folders above that became empty. */
  remove(path: string): void;
  /** Removes files and whole folders of these names at the top; missing ones are fine. */
  removeAll(names: readonly string[]): void;
  /** Opens a file of another process's output, for appending. */
  open(path: string): { readonly descriptor: number; close(): void };
}

/** Opens a folder, which need not exist. */
export function openDisk(folder: string): Disk {
  const { inside, checkParents, forget } = makeFolderPaths(folder);
  return {
    folder,
    list: () => (existsSync(folder) ? readdirSync(folder) : []),
    listAll: () => (existsSync(folder) ? listBelow(folder, '') : []),
    realFolder: () => (existsSync(folder) ? realpathSync(folder) : folder),
    exists: (path) => findStat(inside(path)) !== undefined,
    find(path) {
      const full = inside(path);
      if (!checkParents(path, false)) return undefined;
      const stat = findStat(full);
      if (!stat) return undefined;
      if (!stat.isFile()) throw refused(path);
      return readFile(full);
    },
    write: (path, file) => {
      const full = inside(path);
      guard(path, () => {
        checkParents(path, true);
        if (findStat(full)?.isSymbolicLink()) throw refused(path);
        replaceFile(full, file);
      });
    },
    append: (path, text) => {
      const full = inside(path);
      guard(path, () => {
        checkParents(path, true);
        appendFile(full, text);
      });
    },
    remove: (path) => {
      const full = inside(path);
      if (!checkParents(path, false)) return;
      rmSync(full, { force: true });
      removeEmptyFolders(folder, dirname(full));
      forget();
    },
    removeAll: (names) => {
      for (const name of names) rmSync(inside(name), { recursive: true, force: true });
      forget();
    },
    open: (path) => {
      const descriptor = openSync(
        inside(path),
        constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW,
        0o600,
      );
      return { descriptor, close: () => closeSync(descriptor) };
    },
  };
}

function listBelow(root: string, below: string): string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? listBelow(root, path) : [path];
  });
}

function removeEmptyFolders(root: string, folder: string): void {
  for (let current = folder; current !== root && current.startsWith(root); current = dirname(current)) {
    if (readdirSync(current).length > 0) return;
    rmdirSync(current);
  }
}

/**
 * The text of a file that a person named, wherever it lies: answers, defaults. Links are followed, as they would be by `cat`.
 * @throws the system's error if it cannot be read
 */
export function readTextAt(path: string): string {
  return readFileSync(path, 'utf8');
}
