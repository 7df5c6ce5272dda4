import type { ExitCode, FileState, Lock } from '@create-mlops-model/core';
import { LOCK_PATH, readLock, toFileStates, UserError } from '@create-mlops-model/core';
import { getModelFolder } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import type { Disk } from '../services/disk.ts';

/** One generated file as it stands. */
interface FileStatus {
  readonly path: string;
  readonly ownership: Lock['files'][string]['ownership'];
  /** Absent for the team's own: whatever it does with them is right. */
  readonly state?: FileState;
}

/** Whose the generated files are and how they stand; reads this folder alone. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate, version } = context;
  const disk = getModelFolder(context);
  const text = disk.find(LOCK_PATH)?.contents;
  if (text === undefined)
    throw new UserError(
      'usage',
      translate('update.missing', { path: LOCK_PATH }),
      translate('update.missing.hint', { path: LOCK_PATH }),
    );
  const lock = readLock(text, version);
  const files = await listFiles(lock, disk);
  terminal.print(translate('status.head', { version: lock.generator }));
  for (const ownership of ['managed', 'locked', 'seed'] as const) {
    const some = files.filter((file) => file.ownership === ownership);
    if (some.length === 0) continue;
    terminal.print(`  ${translate(`status.${ownership}`, { count: some.length })}`);
    for (const file of flags.files ? some : some.filter(({ state }) => state === 'edited' || state === 'deleted')) {
      terminal.print(`    ${file.path}${file.state === undefined ? '' : `  ${translate(`status.${file.state}`)}`}`);
    }
  }
  context.printDocument({ schema: 1, kind: 'status', generator: lock.generator, files });
  return 0;
}

async function listFiles(lock: Lock, disk: Disk): Promise<readonly FileStatus[]> {
  const states = await toFileStates(lock, (path) => disk.find(path)?.contents);
  return Object.entries(lock.files).map(([path, { ownership, at }]) => {
    const state = states.get(path);
    return { path: at ?? path, ownership, ...(state === undefined ? {} : { state }) };
  });
}
