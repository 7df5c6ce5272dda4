import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { UserError } from '@create-mlops-model/core';

/** A file's text and its executable bit. */
export interface DiskFile {
  readonly contents: string;
  readonly executable: boolean;
}

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

// Not on Windows, where opening never follows into another file by this flag.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** Opens a folder, which need not exist. */
export function openDisk(folder: string): Disk {
  /** Folders known to be real. */
  const checked = new Set<string>();
  const inside = (path: string): string => {
    const parts = path.split('/');
    if (isAbsolute(path) || parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\'))) {
      throw refused(path);
    }
    return join(folder, ...parts);
  };
  const checkParents = (path: string, make: boolean): boolean => {
    const parts = path.split('/').slice(0, -1);
    if (make && !checked.has('')) {
      mkdirSync(folder, { recursive: true });
      checked.add('');
    }
    let current = '';
    for (const part of parts) {
      current = current === '' ? part : `${current}/${part}`;
      if (checked.has(current)) continue;
      const full = join(folder, current);
      const stat = findStat(full);
      if (stat && !stat.isDirectory()) throw refused(current);
      if (!stat && !make) return false;
      if (!stat) mkdirSync(full);
      checked.add(current);
    }
    return true;
  };
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
      checked.clear();
    },
    removeAll: (names) => {
      for (const name of names) rmSync(inside(name), { recursive: true, force: true });
      checked.clear();
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

/** What lies at a path, links not followed; `undefined`: nothing. */
export type Entry =
  | {
      readonly kind: 'file';
      readonly bytes: Buffer;
      /** Absent where the disk has no such bit. */
      readonly executable?: boolean;
    }
  | { readonly kind: 'link' | 'folder' };

/** Looks at a path below a folder without judging what is there; a link or a file on the way counts as what it is. */
export function findEntry(folder: string, path: string): Entry | undefined {
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    const above = findStat(join(folder, ...parts.slice(0, depth)));
    if (above === undefined) return undefined;
    if (above.isSymbolicLink()) return { kind: 'link' };
    if (!above.isDirectory()) return undefined;
  }
  const full = join(folder, ...parts);
  const stat = findStat(full);
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return { kind: 'folder' };
  if (!stat.isFile()) return { kind: 'link' };
  const bit = process.platform === 'win32' ? {} : { executable: (stat.mode & 0o100) !== 0 };
  return { kind: 'file', bytes: readFileSync(full), ...bit };
}

/** What a path is, for somebody who wants to make a folder of files there. */
export type FolderState = 'missing' | 'folder' | 'file' | 'link' | 'read-only';

/** Looks at a path before anything is written; a missing one is judged by the nearest folder above it. */
export function describeFolder(folder: string): FolderState {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) return 'link';
  if (stat) return stat.isDirectory() ? (isWritable(folder) ? 'folder' : 'read-only') : 'file';
  let above = dirname(folder);
  while (!existsSync(above)) above = dirname(above);
  return statSync(above).isDirectory() && isWritable(above) ? 'missing' : 'read-only';
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listBelow(root: string, below: string): string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? listBelow(root, path) : [path];
  });
}

/** Node spares us ENOENT, but not ENOTDIR: a file where the path has a folder. */
function findStat(full: string): Stats | undefined {
  try {
    return lstatSync(full, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function readFile(full: string): DiskFile {
  const file = openSync(full, constants.O_RDONLY | NO_FOLLOW);
  try {
    const executable = (fstatSync(file).mode & 0o100) !== 0;
    return { contents: readFileSync(file, 'utf8'), executable };
  } finally {
    closeSync(file);
  }
}

function replaceFile(full: string, { contents, executable }: DiskFile): void {
  const draft = `${full}.${process.pid}.tmp`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW;
  const file = openSync(draft, flags, 0o666);
  try {
    writeSync(file, contents);
    // The usual bits as the umask leaves them, and x where r is.
    if (executable) {
      const mode = fstatSync(file).mode & 0o777;
      fchmodSync(file, mode | ((mode & 0o444) >> 2));
    }
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(draft, full);
}

function appendFile(full: string, text: string): void {
  const file = openSync(full, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW, 0o600);
  try {
    writeSync(file, text);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeEmptyFolders(root: string, folder: string): void {
  for (let current = folder; current !== root && current.startsWith(root); current = dirname(current)) {
    if (readdirSync(current).length > 0) return;
    rmdirSync(current);
  }
}

function guard(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UserError(
      'failed',
      { en: `${path} could not be written (${code}).`, fr: `${path} n’a pas pu être écrit (${code}).` },
      { en: 'Check the folder’s rights and the free space.', fr: 'Vérifiez les droits du dossier et l’espace libre.' },
      { cause: error },
    );
  }
}

function refused(path: string): UserError {
  return new UserError(
    'failed',
    {
      en: `${path} would lead out of the project folder or through a symbolic link.`,
      fr: `${path} mènerait hors du dossier du projet ou par un lien symbolique.`,
    },
    { en: 'Remove the link, or choose another folder.', fr: 'Retirez le lien, ou choisissez un autre dossier.' },
  );
}

/**
 * The text of a file that a person named, wherever it lies: answers, defaults. Links are followed, as they would be by `cat`.
 * @throws the system's error if it cannot be read
 */
export function readTextAt(path: string): string {
  return readFileSync(path, 'utf8');
}
