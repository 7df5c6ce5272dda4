import { relative, resolve } from 'node:path';
import {
  BASE_PATH,
  type ExitCode,
  findClosest,
  LOCK_PATH,
  type Lock,
  printBase,
  printLock,
  type RenderedFile,
  sortFiles,
  UserError,
  withOwnership,
} from '@create-mlops-model/core';
import { getModelFolder } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { makeGitObjects } from '../services/git-objects.ts';
import { sha256 } from '../services/sha256.ts';
import { type LoadedProject, loadProject } from '../update/plan-update.ts';
import { openWorktree } from '../update/project-source.ts';

/** Makes a file the team's own, which no update touches again, or gives it back. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate } = context;
  const disk = getModelFolder(context);
  const project = await loadProject(context, openWorktree(disk, makeGitObjects(context.env)));
  const typed = getPath(context);
  const wanted = relative(disk.folder, resolve(context.cwd, typed)).replaceAll('\\', '/');
  const path = findListed(project.lock, wanted);
  if (path === undefined) throw notOurs(context, project.lock, wanted);
  const { lock, base, file } = flags.giveBack ? giveBack(context, project, path) : takeOver(project, path);
  const isChanged = JSON.stringify(lock) !== JSON.stringify(project.lock);
  if (isChanged) {
    disk.write(BASE_PATH, { contents: printBase(base), executable: false });
    disk.write(LOCK_PATH, { contents: printLock(lock), executable: false });
    const at = lock.files[path]?.at ?? path;
    if (file !== undefined && !disk.exists(at))
      disk.write(at, { contents: file.contents, executable: file.executable ?? false });
  }
  const word = flags.giveBack ? 'own.givenBack' : 'own.taken';
  terminal.print(translate(isChanged ? word : 'own.same', { path: wanted }));
  if (isChanged) terminal.print(translate('own.commit'));
  context.printDocument({
    schema: 1,
    kind: 'own',
    path: wanted,
    ownership: lock.files[path]?.ownership,
    changed: isChanged,
  });
  return 0;
}

interface Ownership {
  readonly lock: Lock;
  readonly base: ReadonlyMap<string, RenderedFile>;
  /** What a file that is given back looks like where it is gone. */
  readonly file?: RenderedFile;
}

function takeOver({ lock, input }: LoadedProject, path: string): Ownership {
  const entry = lock.files[path]!;
  const base = new Map([...withOwnership(input.base, lock)].filter(([each]) => each !== path));
  return { lock: { ...lock, files: { ...lock.files, [path]: { ...entry, ownership: 'seed' } } }, base };
}

/** From now on the team's text is an edit of today's rendering. */
function giveBack({ translate }: CommandContext, { lock, input }: LoadedProject, path: string): Ownership {
  const file = input.theirs.get(path);
  if (file === undefined || file.ownership === 'seed') {
    throw new UserError('usage', translate('own.alwaysYours', { path }), translate('own.alwaysYours.hint'));
  }
  const entry = lock.files[path]!;
  if (entry.ownership !== 'seed') return { lock, base: withOwnership(input.base, lock) };
  const files = { ...lock.files, [path]: { ...entry, ownership: file.ownership, sha256: sha256(file.contents) } };
  return { lock: { ...lock, files }, base: sortFiles([...withOwnership(input.base, lock), [path, file]]), file };
}

function getPath({ positionals, translate, version }: CommandContext): string {
  const path = positionals[0];
  if (path !== undefined && path !== '') return path;
  throw new UserError(
    'usage',
    translate('own.missing'),
    translate('error.seeHelp', { help: `${toInvocation(version)} own --help` }),
  );
}

/** The name that the templates have for it, by that name or by where the team moved it. */
function findListed({ files }: Lock, path: string): string | undefined {
  return Object.entries(files).find(([key, { at }]) => (at ?? key) === path)?.[0] ?? (path in files ? path : undefined);
}

function notOurs({ translate }: CommandContext, { files }: Lock, path: string): UserError {
  const closest = findClosest(path, Object.keys(files));
  const hint =
    closest === undefined ? translate('own.unknown.hint') : translate('own.unknown.closest', { path: closest });
  return new UserError('usage', translate('own.unknown', { path }), hint);
}
