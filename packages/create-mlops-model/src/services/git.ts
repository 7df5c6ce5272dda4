import { makeGitCalls } from './git/git-calls.ts';
import type { Remote } from './git/git-environment.ts';
import { makeLocalGit } from './git/local-git.ts';
import { makeRemoteGit } from './git/remote-git.ts';
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

/** What git does on this disk alone. */
export interface LocalGit {
  /** `undefined`: the folder is not the root of a working tree. */
  findClone(folder: string): Promise<Clone | undefined>;
  /** `git init`, branch main. */
  init(folder: string): Promise<void>;
  /** @returns the commit */
  commit(folder: string, options: CommitOptions): Promise<string>;
  /** Names who commits in this clone, where git's configuration does not yet. @returns whether it did not */
  nameAuthor(folder: string, author: Author): Promise<boolean>;
  setOrigin(folder: string, url: string): Promise<void>;
  /** A file's text at a revision: `origin/main`, `mlops.yaml`. */
  findText(folder: string, revision: string, path: string): Promise<string | undefined>;
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
  /** Paths that differ from HEAD or are unknown to it. */
  status(folder: string): Promise<readonly string[]>;
}

/** What git does with a remote. */
export interface RemoteGit {
  /** Clones into a folder that does not exist yet, or is empty. */
  clone(remote: Remote, folder: string): Promise<void>;
  /** Finishes a clone that was killed before its files were all there. What git holds of main decides, whatever lies in the folder. */
  finishClone(folder: string, remote: Remote): Promise<void>;
  /** Pushes main to `origin` if the remote has no main yet. @returns `refused` if it has one */
  pushFirst(folder: string, remote: Remote): Promise<'pushed' | 'refused'>;
  /**
   * Pushes a branch to `origin`, or a commit as that branch.
   * @returns the server's reason where it refuses, `undefined` where it took it
   */
  push(folder: string, branch: string, remote: Remote, commit?: string): Promise<string | undefined>;
  /** Fetches a branch of `origin`. */
  fetch(folder: string, branch: string, remote: Remote): Promise<void>;
  /** Makes a local branch follow the one of `origin`, fetched anew; what a push does by itself when all goes well. */
  follow(folder: string, branch: string, remote: Remote): Promise<void>;
}

/** The verbs of git that the tool uses. Never asks on the terminal, runs no hooks. */
export interface Git extends LocalGit, RemoteGit {}

/** Makes the real one. @param environment this process's */
export function makeGit(environment: Environment): Git {
  const calls = makeGitCalls(environment);
  return { ...makeLocalGit(calls, environment), ...makeRemoteGit(calls) };
}
