import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

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
