import { type FileState, LOCK_PATH, type Lock, readLock, toFileStates, UserError } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import type { Disk } from '../services/disk.ts';

/** One generated file as it stands. */
export interface FileStatus {
  readonly path: string;
  readonly ownership: Lock['files'][string]['ownership'];
  /** Absent for the team's own: whatever it does with them is right. */
  readonly state?: FileState;
}

/** The generated files of a folder. */
export interface FilesStatus {
  /** Version that generated them. */
  readonly generator: string;
  readonly files: readonly FileStatus[];
}

/** Whose the generated files are and how they stand. @throws UserError `usage` where there is no lock */
export async function readFiles({ translate, version }: CommandContext, disk: Disk): Promise<FilesStatus> {
  const text = disk.find(LOCK_PATH)?.contents;
  if (text === undefined)
    throw new UserError(
      'usage',
      translate('update.missing', { path: LOCK_PATH }),
      translate('update.missing.hint', { path: LOCK_PATH }),
    );
  const lock = readLock(text, version);
  const states = await toFileStates(lock, (path) => disk.find(path)?.contents);
  const files = Object.entries(lock.files).map(([path, { ownership, at }]) => {
    const state = states.get(path);
    return { path: at ?? path, ownership, ...(state === undefined ? {} : { state }) };
  });
  return { generator: lock.generator, files };
}
