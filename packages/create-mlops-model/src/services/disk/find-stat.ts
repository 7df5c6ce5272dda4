import { lstatSync, type Stats } from 'node:fs';

/** What is known of a path, links not followed. Node spares us ENOENT, but not ENOTDIR: a file where the path has a folder. */
export function findStat(full: string): Stats | undefined {
  try {
    return lstatSync(full, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
