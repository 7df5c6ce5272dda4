import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A file's text and its executable bit. */
export interface DiskFile {
  readonly contents: string;
  readonly executable: boolean;
}

/** No link is followed. Not on Windows, where opening never follows into another file by this flag. */
export const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** The file at a path that is one. */
export function readFile(full: string): DiskFile {
  const file = openSync(full, constants.O_RDONLY | NO_FOLLOW);
  try {
    const executable = (fstatSync(file).mode & 0o100) !== 0;
    return { contents: readFileSync(file, 'utf8'), executable };
  } finally {
    closeSync(file);
  }
}
