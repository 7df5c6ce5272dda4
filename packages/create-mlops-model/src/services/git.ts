import { dirname } from 'node:path';
import { type Disk, describeFolder, openDisk } from './disk.ts';
import type { GitExtra, Remote } from './git/git-environment.ts';
import { GitExit, messageOf, toFailure, toRemoteError } from './git/git-error.ts';
import { runGit } from './git/run-git.ts';
import type { Environment } from './http-agents.ts';

export type { Remote } from './git/git-environment.ts';

/** A clone as it lies on disk. */
export interface Clone {
  /** Commit of HEAD; absent before the first one. */
  readonly head?: string;
  /** Address of the remote `origin`. */
  readonly origin?: string;
}

/** Who a commit is by, where git's own configuration does not say. */
export interface Author {
  readonly name: string;
  readonly email: string;
}

/** A first commit. */
export interface CommitOptions {
  /** POSIX paths to commit. */
  readonly paths: readonly string[];
  /** Those of them with the executable bit. */
  readonly executables: readonly string[];
  readonly message: string;
  /** Asked only where git's configuration names nobody. */
  readonly author: () => Promise<Author>;
}

/** The verbs of git that the tool uses. Never asks on the terminal, runs no hooks. */
export interface Git {
  /** `undefined`: the folder is not the root of a working tree. */
  findClone(folder: string): Promise<Clone | undefined>;
  /** `git init`, branch main. */
  init(folder: string): Promise<void>;
  /** @returns the commit */
  commit(folder: string, options: CommitOptions): Promise<string>;
  setOrigin(folder: string, url: string): Promise<void>;
  /** Pushes main to `origin` if the remote has no main yet. @returns `refused` if it has one */
  pushFirst(folder: string, remote: Remote): Promise<'pushed' | 'refused'>;
  /** Clones into a folder that does not exist yet, or is empty. */
  clone(remote: Remote, folder: string): Promise<void>;
  /** Finishes a clone that was killed before its files were all there. What git holds of main decides, whatever lies in the folder. */
  finishClone(folder: string, remote: Remote): Promise<void>;
  /** Names who commits in this clone, where git's configuration does not yet. @returns whether it did not */
  nameAuthor(folder: string, author: Author): Promise<boolean>;
  /**
   * Pushes a branch to `origin`, or a commit as that branch.
   * @returns the server's reason where it refuses, `undefined` where it took it
   */
  push(folder: string, branch: string, remote: Remote, commit?: string): Promise<string | undefined>;
  /** Makes a local branch follow the one of `origin`, fetched anew; what a push does by itself when all goes well. */
  follow(folder: string, branch: string, remote: Remote): Promise<void>;
  /** Fetches a branch of `origin`. */
  fetch(folder: string, branch: string, remote: Remote): Promise<void>;
  /** A file's text at a revision: `origin/main`, `mlops.yaml`. */
  findText(folder: string, revision: string, path: string): Promise<string | undefined>;
  /** Paths that differ from HEAD or are unknown to it. */
  status(folder: string): Promise<readonly string[]>;
  /** The branch that is checked out; `undefined` on a bare commit. */
  findBranch(folder: string): Promise<string | undefined>;
  /** Checks out a branch; one that only `origin` has is made here and follows it. */
  switchTo(folder: string, branch: string): Promise<void>;
  /** Moves the branch that is checked out to a revision that it leads to. @throws UserError where it has commits of its own */
  fastForward(folder: string, revision: string): Promise<void>;
  /** Removes a local branch that is not checked out, merged or not. */
  removeBranch(folder: string, branch: string): Promise<void>;
  /** Whether a commit that is here leads to another one. */
  leadsTo(folder: string, older: string, newer: string): Promise<boolean>;
  /** Paths that HEAD changed since it parted from a revision, removed ones included. */
  listChanged(folder: string, since: string): Promise<readonly string[]>;
}

/** Makes the real one. @param environment this process's */
export function makeGit(environment: Environment): Git {
  const run = (folder: string, args: readonly string[], extra: GitExtra = {}) =>
    runGit(environment, folder, args, extra);

  /** For what concerns this disk alone. */
  const write = (folder: string, args: readonly string[], extra: GitExtra = {}) =>
    run(folder, args, extra).catch((error: unknown) => {
      throw error instanceof GitExit ? toFailure(error) : error;
    });

  const findLine = async (folder: string, args: readonly string[]): Promise<string | undefined> => {
    try {
      return (await run(folder, args)).trim() || undefined;
    } catch (error) {
      if (!(error instanceof GitExit)) throw error;
      return undefined;
    }
  };

  const fetch: Git['fetch'] = async (folder, branch, remote) => {
    const refspec = `+refs/heads/${branch}:refs/remotes/origin/${branch}`;
    await run(folder, ['fetch', '--quiet', '--no-tags', 'origin', refspec], { remote }).catch((error: unknown) => {
      throw toRemoteError(error, remote);
    });
  };

  return {
    async findClone(folder) {
      const [head, origin, top] = await Promise.all([
        findLine(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']),
        findLine(folder, ['config', '--local', '--get', 'remote.origin.url']),
        findLine(folder, ['rev-parse', '--git-dir']),
      ]);
      if (top === undefined) return undefined;
      return { ...(head ? { head } : {}), ...(origin ? { origin } : {}) };
    },
    async init(folder) {
      await write(folder, ['init', '--quiet', '--initial-branch=main']);
    },
    async commit(folder, options) {
      await write(folder, ['add', '--force', '--', ...options.paths]);
      // Windows has no executable bit for git to see.
      if (process.platform === 'win32' && options.executables.length > 0) {
        await write(folder, ['update-index', '--chmod=+x', '--', ...options.executables]);
      }
      const args = ['commit', '--quiet', '--no-verify', '-m', options.message];
      const own = toOwnAuthor(environment);
      // Most people are named in git's configuration: to ask for that first would be one more process for everybody.
      await run(folder, args, { variables: own }).catch(async (error: unknown) => {
        const isUnknown = error instanceof GitExit && !(await isAuthorKnown(findLine, folder));
        const named = isUnknown ? { ...toAuthorVariables(await options.author()), ...own } : own;
        await write(folder, args, { variables: named });
      });
      return findHead(openDisk(folder)) ?? (await run(folder, ['rev-parse', 'HEAD'])).trim();
    },
    async setOrigin(folder, url) {
      // One call where there is no remote yet, which is the usual case.
      const added = await findLine(folder, ['remote', 'add', 'origin', url]).then(() =>
        findLine(folder, ['config', '--local', '--get', 'remote.origin.url']),
      );
      if (added !== url) await write(folder, ['remote', 'set-url', 'origin', url]);
    },
    async pushFirst(folder, remote) {
      // An empty lease: the push is refused if the branch exists, whatever it holds.
      const lease = '--force-with-lease=refs/heads/main:';
      try {
        await run(
          folder,
          ['push', '--porcelain', '--set-upstream', lease, 'origin', 'refs/heads/main:refs/heads/main'],
          { remote },
        );
        return 'pushed';
      } catch (error) {
        // `--porcelain` marks a refused reference with `!` and the reason; git has no other code for it.
        if (/^!\t\S+\t\[(remote )?rejected\]/m.test(messageOf(error))) return 'refused';
        throw toRemoteError(error, remote);
      }
    },
    async clone(remote, folder) {
      // git makes the folders above itself, but has to be started somewhere.
      let above = dirname(folder);
      while (describeFolder(above) === 'missing') above = dirname(above);
      await run(above, ['clone', '--quiet', '--', remote.url, folder], { remote }).catch((error: unknown) => {
        throw toRemoteError(error, remote);
      });
    },
    async finishClone(folder, remote) {
      await fetch(folder, 'main', remote);
      openDisk(folder).remove('.git/index.lock');
      await write(folder, ['checkout', '--quiet', '--force', '-B', 'main', 'origin/main']);
    },
    async nameAuthor(folder, { name, email }) {
      if (await isAuthorKnown(findLine, folder)) return false;
      await write(folder, ['config', '--local', 'user.name', name]);
      await write(folder, ['config', '--local', 'user.email', email]);
      return true;
    },
    async push(folder, branch, remote, commit) {
      const refspec = `${commit ?? `refs/heads/${branch}`}:refs/heads/${branch}`;
      try {
        await run(folder, ['push', '--porcelain', 'origin', refspec], { remote });
        return undefined;
      } catch (error) {
        const reason = /^!\t\S+\t\[(?:remote )?rejected\] \((.*)\)$/m.exec(messageOf(error))?.[1];
        if (reason !== undefined) return reason;
        throw toRemoteError(error, remote);
      }
    },
    fetch,
    async follow(folder, branch, remote) {
      await fetch(folder, branch, remote);
      await write(folder, ['branch', '--quiet', `--set-upstream-to=origin/${branch}`, branch]);
    },
    async findText(folder, revision, path) {
      try {
        return await run(folder, ['show', `${revision}:${path}`]);
      } catch (error) {
        if (!(error instanceof GitExit)) throw error;
        return undefined;
      }
    },
    findBranch: (folder) => findLine(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD']),
    async switchTo(folder, branch) {
      await write(folder, ['switch', '--quiet', branch]);
    },
    async fastForward(folder, revision) {
      await write(folder, ['merge', '--quiet', '--ff-only', revision]);
    },
    async removeBranch(folder, branch) {
      await write(folder, ['branch', '--quiet', '-D', branch]);
    },
    async leadsTo(folder, older, newer) {
      try {
        await run(folder, ['merge-base', '--is-ancestor', older, newer]);
        return true;
      } catch (error) {
        if (!(error instanceof GitExit)) throw error;
        return false;
      }
    },
    async listChanged(folder, since) {
      const text = await run(folder, ['diff', '--name-only', '--no-renames', '-z', `${since}...HEAD`]);
      return text.split('\0').filter((path) => path !== '');
    },
    async status(folder) {
      const text = await run(folder, ['status', '--porcelain', '-z']);
      return text.split('\0').flatMap((line) => (line === '' ? [] : [line.slice(3)]));
    },
  };
}

type FindLine = (folder: string, args: readonly string[]) => Promise<string | undefined>;

const AUTHOR_VARIABLES = ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL'] as const;

/** Who this process's environment says it is. */
function toOwnAuthor(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(AUTHOR_VARIABLES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function toAuthorVariables({ name, email }: Author): Readonly<Record<string, string>> {
  return Object.fromEntries(AUTHOR_VARIABLES.map((variable) => [variable, variable.endsWith('NAME') ? name : email]));
}

async function isAuthorKnown(findLine: FindLine, folder: string): Promise<boolean> {
  const known = (await findLine(folder, ['config', '--get-regexp', '^user\\.(name|email)$'])) ?? '';
  return /^user\.name ./m.test(known) && /^user\.email ./m.test(known);
}

/** HEAD's commit as git's files say it; `undefined` where they lie elsewhere (worktrees) or have another form (reftable). */
function findHead(disk: Disk): string | undefined {
  if (!disk.exists('.git/HEAD')) return undefined;
  const branch = /^ref: (refs\/heads\/\S+)\n$/.exec(disk.find('.git/HEAD')?.contents ?? '')?.[1];
  const commit = branch === undefined ? undefined : disk.find(`.git/${branch}`)?.contents.trim();
  return commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}
