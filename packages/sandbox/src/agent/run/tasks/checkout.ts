import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { toSourceVariables } from '../folder-variables.ts';
import type { JobRepository } from '../job-work.ts';
import { isTrue, type Task, TaskError, type TaskRun } from '../task.ts';
import { forgetCredentials, keepCredentials } from './checkout-credentials.ts';
import { runTool } from './run-tool.ts';

/** A working copy on its way. */
interface Copy {
  readonly run: TaskRun;
  readonly folder: string;
  readonly repository: JobRepository;
}

/** `checkout: self`: the run's commit, with no branch checked out. */
export const runCheckout: Task = async (run) => {
  const { repository, folders } = run.job.work;
  const copy: Copy = { run, folder: toFolder(folders.build, run.input('path')), repository };
  run.log.write(`Syncing repository: ${repository.name} (Git)`);
  await open(copy);
  if (isTrue(run.input('clean'))) await clean(copy);
  await fetchCommit(copy);
  await requireGit(
    copy,
    ['-c', 'advice.detachedHead=false', 'checkout', '--progress', '--force', repository.commitId],
    'checkout',
  );
  if (isTrue(run.input('persistCredentials'))) await persist(copy);
  for (const [name, variable] of Object.entries(toSourceVariables(copy.folder))) run.job.variables.set(name, variable);
  return 'Succeeded';
};

/** @throws TaskError for a path that leads out of the agent's folder for this pipeline */
function toFolder(build: string, path: string): string {
  const folder = resolve(build, path === '' ? 's' : path);
  if (folder.startsWith(build + sep)) return folder;
  throw new TaskError(
    `Input path '${path}' should resolve to a directory under '${build}', as current path is '${folder}'.`,
  );
}

/** Makes the working copy, or takes the one that the job before left. */
async function open(copy: Copy): Promise<void> {
  const { folder, repository } = copy;
  const git = join(folder, '.git');
  // Left behind by a git that was ended in the middle of its work.
  for (const name of ['index.lock', 'shallow.lock', 'config.lock', 'HEAD.lock'])
    await rm(join(git, name), { force: true });
  await forgetCredentials(folder);
  const isOurs = (await findOrigin(git)) === repository.url;
  if (isOurs) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await requireGit(copy, ['init', '--quiet', '--template=', folder], 'init');
  await requireGit(copy, ['remote', 'add', 'origin', repository.url], 'remote');
}

async function findOrigin(git: string): Promise<string | undefined> {
  const config = join(git, 'config');
  if (!existsSync(config)) return undefined;
  const text = await readFile(config, 'utf8');
  return /\[remote "origin"\]\s*\n\s*url = (.*)/.exec(text)?.[1];
}

async function clean(copy: Copy): Promise<void> {
  await requireGit(copy, ['clean', '-ffdx'], 'clean');
  // A copy without a commit has nothing to go back to.
  if (!existsSync(join(copy.folder, '.git', 'index'))) return;
  await requireGit(copy, ['reset', '--hard', 'HEAD'], 'reset');
}

async function fetchCommit(copy: Copy): Promise<void> {
  const { run, folder, repository } = copy;
  const { commitId, ref } = repository;
  const tags = run.input('fetchTags').toLowerCase() === 'false' ? '--no-tags' : '--tags';
  const depth = toDepth(run.input('fetchDepth'), existsSync(join(folder, '.git', 'shallow')));
  const merged = /^refs\/pull\/.+/.test(ref) ? [`+${ref}:${ref.replace(/^refs\//, 'refs/remotes/')}`] : [];
  const usual = ['--force', tags, '--prune', '--no-recurse-submodules', ...depth, 'origin'];
  await requireGit(copy, ['fetch', ...usual, '+refs/heads/*:refs/remotes/origin/*', ...merged], 'fetch');
  if (await hasCommit(copy, commitId)) return;
  // The branch has moved on, or begins again: the run stays with the commit that it was started for.
  await requireGit(
    copy,
    ['fetch', '--force', '--no-tags', '--no-recurse-submodules', ...depth, 'origin', commitId],
    'fetch',
  );
}

/**
 * Pipelines made since 2022 fetch one commit where nothing is said; 0 fetches all
 * (MicrosoftDocs repos/pipeline-options-for-git, shallow fetch).
 */
function toDepth(asked: string, isShallow: boolean): readonly string[] {
  const depth = asked === '' ? 1 : Number(asked);
  if (!Number.isInteger(depth) || depth < 0)
    throw new TaskError(`Invalid fetchDepth '${asked}': a number was expected.`);
  if (depth > 0) return [`--depth=${depth}`];
  return isShallow ? ['--unshallow'] : [];
}

async function hasCommit(copy: Copy, commitId: string): Promise<boolean> {
  return (await git(copy, ['cat-file', '-e', `${commitId}^{commit}`])) === 0;
}

/** The token stays in the copy's configuration until the job is over, as `persistCredentials` asks for. */
async function persist({ run, folder, repository }: Copy): Promise<void> {
  const token = run.job.variables.find('System.AccessToken')?.value;
  if (!token) throw new TaskError('persistCredentials: this job has no access token to keep.');
  run.job.cleanUps.push(() => forgetCredentials(folder));
  await keepCredentials(folder, repository.url, token);
}

async function requireGit(copy: Copy, args: readonly string[], what: string): Promise<void> {
  const code = await git(copy, args);
  if (code === 0 || copy.run.stop.aborted) return;
  throw new TaskError(`Git ${what} failed with exit code: ${code}`);
}

/** Objects come from the repository on this disk, whatever the address of `origin` says. */
function git({ run, folder, repository }: Copy, args: readonly string[]): Promise<number> {
  const environment = {
    ...run.job.inherited,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `url.${repository.folder}.insteadOf`,
    GIT_CONFIG_VALUE_0: repository.url,
    // A commit that no branch holds any more can still be asked for.
    GIT_CONFIG_KEY_1: 'uploadpack.allowAnySHA1InWant',
    GIT_CONFIG_VALUE_1: 'true',
  };
  return runTool(run, { command: 'git', args, folder, environment });
}
