import { basename, dirname, resolve } from 'node:path';
import { BASE_PATH, type ExitCode, LOCK_PATH, UserError } from '@create-mlops-model/core';
import { getModelFolder, openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { type Disk, openDisk } from '../services/disk.ts';
import { makeGit } from '../services/git.ts';
import { makeGitMerge } from '../services/git-merge.ts';
import { type GitObjects, makeGitObjects } from '../services/git-objects.ts';
import { checkPrograms } from '../update/check-programs.ts';
import { deliver, findDestination } from '../update/deliver.ts';
import { conflictsOf, describeUpdate, toUpdateDocument } from '../update/describe-update.ts';
import { planUpdate, type UpdatePlan } from '../update/plan-update.ts';
import { openCommit, openWorktree, type ProjectSource } from '../update/project-source.ts';
import { finish, isUnderWay, toAllWrites, undo, writeLocally } from '../update/write-locally.ts';

/** Brings a project to this version's templates and to its manifest, the team's edits kept. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, env } = context;
  const objects = makeGitObjects(env);
  refuseTogether(context);
  if (flags.eject) return eject(context, getModelFolder(context));
  if (flags.undo) return putBack(context, getModelFolder(context), objects);
  if (flags.check) return check(context, getModelFolder(context), objects);
  return flags.conflict === 'markers'
    ? updateHere(context, getModelFolder(context), objects)
    : propose(context, objects);
}

/** Each of these is a run of its own. */
function refuseTogether({ flags, translate }: CommandContext): void {
  const given = [
    ...(flags.eject ? ['--eject'] : []),
    ...(flags.undo ? ['--undo'] : []),
    ...(flags.check ? ['--check'] : []),
    ...(flags.conflict === undefined ? [] : [`--conflict=${flags.conflict}`]),
  ];
  if (given.length > 1) throw new UserError('usage', translate('update.together', { flags: given.join(', ') }));
}

async function plan(context: CommandContext, source: ProjectSource, folder: string): Promise<UpdatePlan> {
  const tools = {
    mergeTexts: makeGitMerge(context.env),
    check: (files: ReadonlyMap<string, string>) => checkPrograms(files, context.env, folder),
  };
  const made = await planUpdate(context, source, tools, context.flags.conflict === 'ours' ? 'ours' : 'marks');
  for (const line of describeUpdate(made, context.translate)) context.terminal.print(line);
  return made;
}

/** `--check`: this working tree against this version and its own manifest; asks no service. */
async function check(context: CommandContext, disk: Disk, objects: GitObjects): Promise<ExitCode> {
  const made = await plan(context, openWorktree(disk, objects), disk.folder);
  const differs = made.merge.isChanged || conflictsOf(made).length > 0;
  printDocument(context, made, differs ? 'differs' : 'unchanged');
  return differs ? 5 : 0;
}

/** The usual way: main on the server is updated on a branch, and a pull request says what happened to each file. */
async function propose(context: CommandContext, objects: GitObjects): Promise<ExitCode> {
  const { flags, terminal, translate } = context;
  const { session, source: whose } = await openClone(context);
  try {
    if (whose === 'worktree')
      throw new UserError('failed', translate('update.notOnServer'), translate('update.notOnServer.hint'));
    const { folder } = session.services.disk;
    const destination = await findDestination(context, session, objects);
    const made = await plan(context, await openCommit(folder, destination.main, objects), folder);
    const code = conflictsOf(made).length > 0 ? 3 : 0;
    if (!made.merge.isChanged || flags.dryRun) {
      if (made.merge.isChanged) terminal.print(translate('update.dryRun'));
      printDocument(context, made, made.merge.isChanged ? 'dry-run' : 'unchanged');
      return code;
    }
    const { pullRequest, action, url, commit } = await deliver(context, session, objects, destination, made);
    terminal.print(translate(`update.${action}`, { id: String(pullRequest.id), url }));
    if (code === 3) terminal.print(translate('update.draft'));
    const pushed = commit === undefined ? {} : { commit };
    printDocument(context, made, action, {
      pullRequest: { id: pullRequest.id, url, branch: pullRequest.branch },
      ...pushed,
    });
    return code;
  } finally {
    session.close();
  }
}

/** `--conflict=markers`: into this working tree, which must be clean. */
async function updateHere(context: CommandContext, disk: Disk, objects: GitObjects): Promise<ExitCode> {
  const { flags, terminal, translate } = context;
  const isLeft = !flags.dryRun && (await isUnderWay(disk, objects));
  if (isLeft) {
    await finish(disk, objects);
    terminal.print(translate('update.finished'));
  }
  const head = isLeft ? undefined : await getHeadOfClean(context, disk, objects);
  const made = await plan(context, openWorktree(disk, objects), disk.folder);
  const code = conflictsOf(made).length > 0 ? 3 : 0;
  if (head === undefined || !made.merge.isChanged) {
    printDocument(context, made, head === undefined ? 'finished' : 'unchanged');
    return code;
  }
  if (flags.dryRun) terminal.print(translate('update.dryRun'));
  else {
    await writeLocally(disk, objects, head, toAllWrites(made.merge), Math.floor(Date.now() / 1000));
    terminal.print(translate(code === 3 ? 'update.written.conflicts' : 'update.written'));
  }
  printDocument(context, made, flags.dryRun ? 'dry-run' : 'written');
  return code;
}

/** Files that git has while something is going on in a clone. */
const GOING_ON = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];

/**
 * The commit that a working tree stands on, and nothing else: what somebody has begun and not committed could not be told from
 * the update afterwards.
 */
async function getHeadOfClean({ translate, env }: CommandContext, disk: Disk, objects: GitObjects): Promise<string> {
  const args = ['rev-parse', 'HEAD', ...GOING_ON.flatMap((name) => ['--git-path', name])];
  const [{ exitCode, stdout }, changed] = await Promise.all([
    objects.run(disk.folder, args),
    makeGit(env)
      .status(disk.folder)
      .catch(() => []),
  ]);
  if (exitCode !== 0) throw new UserError('usage', translate('update.noClone'), translate('update.noClone.hint'));
  const [head = '', ...paths] = stdout.toString().trim().split('\n');
  const open = GOING_ON.find((_, index) => {
    const path = resolve(disk.folder, paths[index] ?? '');
    return openDisk(dirname(path)).exists(basename(path));
  });
  if (open !== undefined) {
    throw new UserError('usage', translate('update.inProgress', { what: open }), translate('update.inProgress.hint'));
  }
  if (changed.length === 0) return head;
  const lines = changed.slice(0, 10).map((path) => `  ${path}`);
  throw new UserError(
    'usage',
    [translate('update.dirty', { count: changed.length }), ...lines].join('\n'),
    translate('update.dirty.hint'),
  );
}

/** `--undo`: the working tree as it was before the last update into it. */
async function putBack(context: CommandContext, disk: Disk, objects: GitObjects): Promise<ExitCode> {
  const paths = await undo(disk, objects);
  if (paths === undefined) throw new UserError('usage', context.translate('update.nothingToUndo'));
  context.terminal.print(context.translate('update.undone', { count: paths.length }));
  context.printDocument({ schema: 1, kind: 'update', status: 'undone', paths });
  return 0;
}

/** `--eject`: the files stay, nobody will update them any more. */
function eject(context: CommandContext, disk: Disk): ExitCode {
  const { flags, terminal, translate } = context;
  const present = [LOCK_PATH, BASE_PATH].filter(disk.exists);
  if (!flags.dryRun) for (const path of present) disk.remove(path);
  terminal.print(
    translate(flags.dryRun ? 'update.eject.dryRun' : 'update.ejected', { paths: present.join(', ') || '–' }),
  );
  context.printDocument({ schema: 1, kind: 'update', status: flags.dryRun ? 'dry-run' : 'ejected', paths: present });
  return 0;
}

function printDocument(context: CommandContext, made: UpdatePlan, status: string, more: object = {}): void {
  context.printDocument({ schema: 1, kind: 'update', status, ...toUpdateDocument(made), ...more });
}
