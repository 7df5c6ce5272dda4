import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStat } from './find-stat.ts';

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
