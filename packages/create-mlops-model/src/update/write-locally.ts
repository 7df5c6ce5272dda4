import { join, posix } from 'node:path';
import {
  BASE_PATH,
  type FileVersion,
  LOCK_PATH,
  type MergePlan,
  printBase,
  printLock,
  UserError,
} from '@create-mlops-model/core';
import { type Disk, findEntry, openDisk } from '../services/disk.ts';
import { type CommitSpec, type GitObjects, type TreeEntry, toTreeFile } from '../services/git-objects.ts';

/**
 * An update of a working tree is two commits before it is anything else: the files as they were, and as they will be. While
 * these references name them, the update is under way; a run that finds them there goes on, or puts everything back.
 */
const UNDER_WAY = { before: 'refs/mlops/update/before', after: 'refs/mlops/update/after' };

/** The last update that ended, for `--undo`. */
const DONE = { before: 'refs/mlops/backup/before', after: 'refs/mlops/backup/after' };

/** Everything an update writes, lock and base with it: path → what it will hold; `undefined`: removed. */
export function toAllWrites({
  writes,
  lock,
  base,
  isChanged,
}: MergePlan): ReadonlyMap<string, FileVersion | undefined> {
  if (!isChanged) return new Map();
  const all = new Map(writes);
  all.set(BASE_PATH, { contents: printBase(base), executable: false });
  all.set(LOCK_PATH, { contents: printLock(lock), executable: false });
  return all;
}

/** Whether a run died while it wrote. */
export async function isUnderWay(disk: Disk, git: GitObjects): Promise<boolean> {
  return (await findPair(disk, git, UNDER_WAY)) !== undefined;
}

/**
 * Writes into the working tree: all of it, or, after a death, nothing that `finish` or `undo` would not settle.
 * @param head commit that the working tree stands on
 * @throws UserError `try-again` where another update is under way
 */
export async function writeLocally(
  disk: Disk,
  git: GitObjects,
  head: string,
  writes: ReadonlyMap<string, FileVersion | undefined>,
  time: number,
): Promise<void> {
  const before = new Map([...writes.keys()].map((path) => [path, findText(disk, path)]));
  const made = await git.makeCommits(disk.folder, [
    toCommit('before', before, head, time),
    toCommit('after', writes, ':1', time),
  ]);
  const pair = { before: made[0] ?? '', after: made[1] ?? '' };
  await begin(disk, git, pair);
  bring(disk, writes);
  await end(disk, git, pair);
}

/** Writes what an update has not written yet. A second time it writes the same. */
export async function finish(disk: Disk, git: GitObjects): Promise<void> {
  const pair = await findPair(disk, git, UNDER_WAY);
  if (pair === undefined) return;
  await settle(disk, git, pair, 'after');
  await end(disk, git, pair);
}

/**
 * Puts back what the last update changed, whether it ended or not.
 * @returns the paths; `undefined` where there is nothing to put back
 * @throws UserError `conflict` where somebody changed such a file since
 */
export async function undo(disk: Disk, git: GitObjects): Promise<readonly string[] | undefined> {
  for (const refs of [UNDER_WAY, DONE]) {
    const pair = await findPair(disk, git, refs);
    if (pair === undefined) continue;
    const paths = await settle(disk, git, pair, 'before');
    await move(disk, git, [`delete ${refs.before}`, `delete ${refs.after}`]);
    return paths;
  }
  return undefined;
}

interface Pair {
  readonly before: string;
  readonly after: string;
}

function toCommit(name: string, changes: CommitSpec['changes'], parent: string, time: number): CommitSpec {
  return {
    ref: `refs/mlops/draft/${process.pid}-${name}`,
    parents: [parent],
    changes,
    message: `Files ${name} an update\n`,
    author: { name: 'create-mlops-model', email: 'update@localhost' },
    time,
  };
}

/** Everything is written: what was under way is what `undo` would take back. */
async function end(disk: Disk, git: GitObjects, pair: Pair): Promise<void> {
  await move(disk, git, [
    `delete ${UNDER_WAY.before}`,
    `delete ${UNDER_WAY.after}`,
    `update ${DONE.before} ${pair.before}`,
    `update ${DONE.after} ${pair.after}`,
  ]);
}

/** One transaction: of two updates at the same time one begins. */
async function begin(disk: Disk, git: GitObjects, { before, after }: Pair): Promise<void> {
  const drop = ['before', 'after'].map((name) => `delete refs/mlops/draft/${process.pid}-${name}`);
  const create = [`create ${UNDER_WAY.before} ${before}`, `create ${UNDER_WAY.after} ${after}`];
  if (await tryMove(disk, git, [...create, ...drop])) return;
  await move(disk, git, drop);
  throw new UserError(
    'try-again',
    { en: 'Another update of this folder is under way.', fr: 'Une autre mise à jour de ce dossier est en cours.' },
    {
      en: 'Wait for it. If it died, run update again to finish it, or update --undo to put everything back.',
      fr: 'Attendez qu’elle finisse. Si elle s’est interrompue, relancez update pour la terminer, ou update --undo pour tout remettre.',
    },
  );
}

async function findPair(disk: Disk, git: GitObjects, refs: typeof DONE | typeof UNDER_WAY): Promise<Pair | undefined> {
  const args = ['for-each-ref', '--format=%(refname) %(objectname)', refs.before, refs.after];
  const { stdout } = await git.run(disk.folder, args);
  const find = (ref: string) => new RegExp(`^${ref} (\\S+)$`, 'm').exec(stdout.toString())?.[1];
  const [before, after] = [find(refs.before), find(refs.after)];
  return before && after ? { before, after } : undefined;
}

/** Brings every file that differs between the two to one of them; files that are neither are somebody's work. */
async function settle(disk: Disk, git: GitObjects, pair: Pair, side: keyof Pair): Promise<readonly string[]> {
  const [before, after] = await Promise.all([pair.before, pair.after].map((commit) => readEntries(disk, git, commit)));
  const paths = [...new Set([...before!.keys(), ...after!.keys()])].filter(
    (path) =>
      before!.get(path)?.object !== after!.get(path)?.object || before!.get(path)?.mode !== after!.get(path)?.mode,
  );
  const [old, fresh] = await Promise.all([before!, after!].map((entries) => readTexts(disk, git, entries, paths)));
  const wanted = side === 'after' ? fresh! : old!;
  const foreign = paths.filter((path) => {
    const now = findText(disk, path)?.contents;
    return now !== old!.get(path)?.contents && now !== fresh!.get(path)?.contents;
  });
  if (foreign.length > 0) throw changedSince(foreign);
  for (const path of paths) sweepDrafts(disk, path);
  bring(disk, new Map(paths.map((path) => [path, wanted.get(path)])));
  return paths;
}

function bring(disk: Disk, files: ReadonlyMap<string, FileVersion | undefined>): void {
  // What goes first: a file may stand where another one's folder will be.
  for (const [path, file] of files) if (file === undefined) disk.remove(path);
  for (const [path, file] of files) {
    if (file !== undefined) disk.write(path, { contents: file.contents, executable: file.executable ?? false });
  }
}

/** A run that was killed while it wrote leaves what it had (`disk.ts`) beside the file. */
function sweepDrafts(disk: Disk, path: string): void {
  const [folder, name] = [posix.dirname(path), posix.basename(path)];
  for (const each of openDisk(join(disk.folder, folder)).list()) {
    if (each.startsWith(`${name}.`) && /^\d+\.tmp$/.test(each.slice(name.length + 1)))
      disk.remove(posix.join(folder, each));
  }
}

async function readEntries(disk: Disk, git: GitObjects, commit: string): Promise<ReadonlyMap<string, TreeEntry>> {
  return new Map((await git.listTree(disk.folder, commit)).map((entry) => [entry.path, entry]));
}

async function readTexts(
  disk: Disk,
  git: GitObjects,
  entries: ReadonlyMap<string, TreeEntry>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileVersion>> {
  const wanted = paths.flatMap((path) => entries.get(path) ?? []);
  const bytes = await git.readAll(
    disk.folder,
    wanted.map(({ object }) => object),
  );
  return new Map(
    wanted.flatMap((entry, index): [string, FileVersion][] => {
      const file = toTreeFile(entry, bytes[index]);
      return file.kind === 'text' ? [[entry.path, file]] : [];
    }),
  );
}

function findText(disk: Disk, path: string): FileVersion | undefined {
  const entry = findEntry(disk.folder, path);
  if (entry?.kind !== 'file') return undefined;
  return { contents: entry.bytes.toString(), executable: entry.executable ?? false };
}

async function tryMove(disk: Disk, git: GitObjects, commands: readonly string[]): Promise<boolean> {
  const input = Buffer.from(['start', ...commands, 'prepare', 'commit', ''].join('\n'));
  return (await git.run(disk.folder, ['update-ref', '--stdin'], input)).exitCode === 0;
}

async function move(disk: Disk, git: GitObjects, commands: readonly string[]): Promise<void> {
  if (!(await tryMove(disk, git, commands))) throw new Error(`git refused: ${commands.join('; ')}`);
}

function changedSince(paths: readonly string[]): UserError {
  const list = paths.join(', ');
  return new UserError(
    'conflict',
    {
      en: `Somebody changed these files since the update; nothing was written: ${list}.`,
      fr: `Ces fichiers ont été modifiés depuis la mise à jour\u00a0; rien n’a été écrit\u00a0: ${list}.`,
    },
    {
      en: 'Commit or put away your changes to them, then run the command again; git show refs/mlops/backup/before:<file> prints a file as it was before the update.',
      fr: 'Validez ou mettez de côté vos modifications, puis relancez la commande\u00a0; git show refs/mlops/backup/before:<fichier> affiche un fichier tel qu’avant la mise à jour.',
    },
  );
}
