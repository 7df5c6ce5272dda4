import type { LocalGit } from '../git.ts';
import type { Environment } from '../http-agents.ts';
import { commitPaths, isAuthorKnown } from './commit-paths.ts';
import { findHead } from './find-head.ts';
import type { GitCalls } from './git-calls.ts';
import { GitExit } from './git-error.ts';

const ORIGIN = ['config', '--local', '--get', 'remote.origin.url'];

/** How `git config` ends when the clone has no such setting; where there is no clone, it ends otherwise. */
const NO_SUCH_KEY = 1;

/** What needs nothing but this disk. */
export function makeLocalGit(calls: GitCalls, environment: Environment): LocalGit {
  const { run, write, findLine } = calls;
  return {
    async findClone(folder) {
      const origin = await run(folder, ORIGIN).catch((error: unknown) => {
        if (error instanceof GitExit) return error.code === NO_SUCH_KEY ? '' : undefined;
        throw error;
      });
      if (origin === undefined) return undefined;
      const head = await findHead(calls, folder);
      return { ...(head ? { head } : {}), ...(origin.trim() ? { origin: origin.trim() } : {}) };
    },
    async init(folder) {
      await write(folder, ['init', '--quiet', '--initial-branch=main']);
    },
    commit: (folder, options) => commitPaths(calls, environment, folder, options),
    async nameAuthor(folder, { name, email }) {
      if (await isAuthorKnown(calls, folder)) return false;
      await write(folder, ['config', '--local', 'user.name', name]);
      await write(folder, ['config', '--local', 'user.email', email]);
      return true;
    },
    async setOrigin(folder, url) {
      // One call where there is no remote yet, which is the usual case.
      const added = await findLine(folder, ['remote', 'add', 'origin', url]).then(() => findLine(folder, ORIGIN));
      if (added !== url) await write(folder, ['remote', 'set-url', 'origin', url]);
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
