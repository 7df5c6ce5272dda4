import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nothing of the person's own Git set-up (hooks, templates, credential helpers) takes part. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
};

/** What is checked out. */
export interface Head {
  /** Absent on a tag. */
  readonly branch?: string;
  /** Absent while the branch has no commit. */
  readonly commit?: string;
}

/** Clones a bare repository, on its default branch; an empty repository gives an empty checkout. */
export async function clone(bare: string, directory: string, patterns: readonly string[] = []): Promise<void> {
  // Without hard links and alternates: the checkout outlives its source.
  await git(['clone', '--quiet', '--no-local', '--template=', '--', bare, directory]);
  if (patterns.length > 0) await setSparse(directory, patterns);
}

/** Limits the checkout to these folders. */
export async function setSparse(directory: string, patterns: readonly string[]): Promise<void> {
  await git(['-C', directory, 'sparse-checkout', 'set', '--', ...patterns]);
}

/** Brings all branches and tags of the bare repository over; those that are gone there go here. */
export async function fetchAll(directory: string, bare: string): Promise<void> {
  const refs = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  await git(['-C', directory, 'fetch', '--quiet', '--prune', '--no-tags', bare, ...refs]);
}

/** The commit behind a full ref name. */
export async function findCommit(directory: string, ref: string): Promise<string | undefined> {
  try {
    return await git(['-C', directory, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  } catch {
    return undefined;
  }
}

/** Files that differ from the commit, or lie beside it. */
export async function listEdits(directory: string): Promise<string[]> {
  const text = await git(['-C', directory, 'status', '--porcelain', '--untracked-files=all']);
  return text === '' ? [] : text.split('\n').map((line) => line.slice(3));
}

/** Puts the working tree on a commit, whatever lies there now; on `branch`, or on none. */
export async function settle(directory: string, commit: string, branch?: string): Promise<void> {
  // Left behind when a checkout was killed; nobody else works here, as changes run one after another.
  rmSync(join(directory, '.git', 'index.lock'), { force: true });
  await git(['-C', directory, 'reset', '--quiet', '--hard']).catch(() => undefined);
  await git(['-C', directory, 'clean', '--quiet', '-ffd']);
  const target = branch === undefined ? ['--detach'] : ['--no-track', '-B', branch];
  await git(['-C', directory, 'checkout', '--quiet', '--force', ...target, commit]);
}

/** What is checked out now. */
export async function readHead(directory: string): Promise<Head> {
  const commit = await findCommit(directory, 'HEAD');
  const branch = await git(['-C', directory, 'symbolic-ref', '--quiet', '--short', 'HEAD']).catch(() => undefined);
  return { ...(branch === undefined ? {} : { branch }), ...(commit === undefined ? {} : { commit }) };
}

async function git(args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-c', 'core.hooksPath=/dev/null', ...args], {
    env: ENVIRONMENT,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.replace(/\n$/, '');
}
