import {
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { UserError } from '@create-mlops-model/core';
import { type DiskFile, NO_FOLLOW } from './read-file.ts';

/** Puts a file in the place of another one, or of none: whoever looks sees the old text or the new one. */
export function replaceFile(full: string, { contents, executable }: DiskFile): void {
  const draft = `${full}.${process.pid}.tmp`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW;
  const file = openSync(draft, flags, 0o666);
  try {
    // Not writeSync: on a disk that fills up it may write a part and say nothing.
    writeFileSync(file, contents);
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

/** Adds text at a file's end, and returns when the disk has it. */
export function appendFile(full: string, text: string): void {
  const file = openSync(full, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW, 0o600);
  try {
    writeFileSync(file, text);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Runs what writes to a path. @throws UserError with the system's short word for what went wrong */
export function guard(path: string, write: () => void): void {
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
