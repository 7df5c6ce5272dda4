import { devNull } from 'node:os';
import { dirname, resolve } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { type Disk, openDisk } from './disk.ts';
import type { Environment } from './http-agents.ts';

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

/** A remote and the header that proves who we are; the header reaches git through its environment only. */
export interface Remote {
  readonly url: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string;
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
  /** Clones into a folder that does not exist yet. */
  clone(remote: Remote, folder: string): Promise<void>;
  /** Pushes a branch to `origin`. @returns the server's reason where it refuses, `undefined` where it took it */
  push(folder: string, branch: string, remote: Remote): Promise<string | undefined>;
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
  /** Paths that HEAD changed since it parted from a revision, removed ones included. */
  listChanged(folder: string, since: string): Promise<readonly string[]>;
}

/**
 * Makes the real one. Commands of a first run are not told to be quiet: after one that printed nothing simple-git waits
 * 50 ms in case something still comes.
 * @param environment this process's
 */
export function makeGit(environment: Environment): Git {
  const run = (folder: string, args: readonly string[], extra: Extra = {}) => runGit(environment, folder, args, extra);

  /** For what concerns this disk alone. */
  const write = (folder: string, args: readonly string[], extra: Extra = {}) =>
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
      await write(folder, ['init', '--initial-branch=main']);
    },
    async commit(folder, options) {
      await write(folder, ['add', '--verbose', '--force', '--', ...options.paths]);
      // Windows has no executable bit for git to see.
      if (process.platform === 'win32' && options.executables.length > 0) {
        await write(folder, ['update-index', '--chmod=+x', '--', ...options.executables]);
      }
      const args = ['commit', '--no-verify', '-m', options.message];
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
      await run(dirname(folder), ['clone', '--quiet', '--', remote.url, folder], { remote }).catch((error: unknown) => {
        throw toRemoteError(error, remote);
      });
    },
    async push(folder, branch, remote) {
      const refspec = `refs/heads/${branch}:refs/heads/${branch}`;
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

interface Extra {
  readonly remote?: Remote;
  readonly variables?: Readonly<Record<string, string>>;
}

async function runGit(
  environment: Environment,
  folder: string,
  args: readonly string[],
  extra: Extra,
): Promise<string> {
  const { GitError, GitPluginError, simpleGit } = await import('simple-git');
  const variables = toVariables(environment, folder, extra);
  const guarded = Object.keys(variables).filter((name) => name.startsWith('GIT_'));
  try {
    return await simpleGit({
      baseDir: folder,
      // Its guard refuses configuration from the environment, the one place where a credential is in nobody's sight,
      // and the settings that turn hooks and credential helpers off.
      unsafe: {
        allowUnsafeConfigEnvCount: true,
        allowUnsafeHooksPath: true,
        allowUnsafeCredentialHelper: true,
      },
      allowEnvironment: guarded,
    })
      .env(variables)
      .raw([...args]);
  } catch (error) {
    if (isNoGit(error)) throw noGit(error);
    // The guard's own refusals are no answer of git's: they must not pass for "there is none".
    if (error instanceof GitPluginError || !(error instanceof GitError)) throw error;
    throw new GitExit(error.message, { cause: error });
  }
}

/** git's whole environment: this process's, of its GIT_ variables only those on certificates (GIT_SSL_…), and our configuration. */
function toVariables(environment: Environment, folder: string, { remote, variables }: Extra): Record<string, string> {
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(GIT_(?!SSL_)|SSH_ASKPASS|EDITOR$|PAGER$|PREFIX$)/.test(entry[0]),
  );
  const settings: [string, string][] = [
    ['core.hooksPath', devNull],
    ['core.autocrlf', 'false'],
    ['commit.gpgsign', 'false'],
    ['credential.helper', ''],
    // A name made up from the machine's would be nobody's.
    ['user.useConfigOnly', 'true'],
  ];
  // Only for this host: a redirect elsewhere does not get it.
  if (remote)
    settings.push([`http.${new URL(remote.url).origin}/.extraheader`, `Authorization: ${remote.authorization}`]);
  const configuration = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(configuration),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_TERMINAL_PROMPT: '0',
    // The project may lie inside another repository, which must not answer in its place.
    GIT_CEILING_DIRECTORIES: dirname(resolve(folder)),
    ...variables,
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

/** git ran and ended with another code than 0; the message is what it said. */
class GitExit extends Error {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNoGit(error: unknown): boolean {
  return /spawn git ENOENT/.test(messageOf(error));
}

function noGit(cause: unknown): UserError {
  return new UserError(
    'failed',
    { en: 'git is not installed.', fr: 'git n’est pas installé.' },
    {
      en: 'Install git 2.31 or newer from https://git-scm.com and run the command again.',
      fr: 'Installez git 2.31 ou plus récent depuis https://git-scm.com et relancez la commande.',
    },
    { cause },
  );
}

/** git says only in words why a remote did not answer; its messages are English here whatever the locale. */
function toRemoteError(error: unknown, remote: Remote): unknown {
  if (error instanceof UserError) return error;
  const said = messageOf(error);
  if (/Authentication failed|could not read (Username|Password)|returned error: 401/i.test(said)) {
    return new UserError(
      'not-signed-in',
      { en: `git could not sign in to ${remote.url}.`, fr: `git n’a pas pu se connecter à ${remote.url}.` },
      {
        en: 'The token needs the scope Code (read & write).',
        fr: 'Le jeton a besoin de l’étendue Code (lecture et écriture).',
      },
      { cause: error },
    );
  }
  if (/returned error: 403|TF401027/.test(said)) {
    return new UserError(
      'forbidden',
      { en: `git may not write to ${remote.url}.`, fr: `git ne peut pas écrire dans ${remote.url}.` },
      undefined,
      { cause: error },
    );
  }
  if (/Could not resolve|Failed to connect|Connection (refused|reset)|unable to access/i.test(said)) {
    return new UserError(
      'unreachable',
      { en: `git got no answer from ${remote.url}.`, fr: `git n’a reçu aucune réponse de ${remote.url}.` },
      said.trim(),
      { cause: error },
    );
  }
  return toFailure(error);
}

function toFailure(error: unknown): UserError {
  const said = messageOf(error).trim();
  return new UserError('failed', { en: `git failed: ${said}`, fr: `git a échoué : ${said}` }, undefined, {
    cause: error,
  });
}
