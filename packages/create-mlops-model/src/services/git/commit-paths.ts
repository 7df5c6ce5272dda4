import type { Author, CommitOptions } from '../git.ts';
import type { Environment } from '../http-agents.ts';
import { findHead } from './find-head.ts';
import type { GitCalls } from './git-calls.ts';
import { GitExit } from './git-error.ts';

/** Commits paths as the person whom git's configuration names, or else as the author of the options. @returns the commit */
export async function commitPaths(
  calls: GitCalls,
  environment: Environment,
  folder: string,
  options: CommitOptions,
): Promise<string> {
  const { run, write } = calls;
  await write(folder, ['add', '--force', '--', ...options.paths]);
  // Windows has no executable bit for git to see.
  if (process.platform === 'win32' && options.executables.length > 0) {
    await write(folder, ['update-index', '--chmod=+x', '--', ...options.executables]);
  }
  const args = ['commit', '--quiet', '--no-verify', '-m', options.message];
  const own = toOwnAuthor(environment);
  // Most people are named in git's configuration: to ask for that first would be one more process for everybody.
  await run(folder, args, { variables: own }).catch(async (error: unknown) => {
    const isUnknown = error instanceof GitExit && !(await isAuthorKnown(calls, folder));
    const named = isUnknown ? { ...toAuthorVariables(await options.author()), ...own } : own;
    await write(folder, args, { variables: named });
  });
  const head = await findHead(calls, folder);
  if (head === undefined) throw new Error(`git committed in ${folder}, and HEAD names nothing`);
  return head;
}

const AUTHOR_VARIABLES = ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL'] as const;

/** Who this process's environment says it is. */
function toOwnAuthor(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(AUTHOR_VARIABLES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function toAuthorVariables({ name, email }: Author): Readonly<Record<string, string>> {
  return Object.fromEntries(AUTHOR_VARIABLES.map((variable) => [variable, variable.endsWith('NAME') ? name : email]));
}

/** Whether git's configuration names who commits here. */
export async function isAuthorKnown({ findLine }: GitCalls, folder: string): Promise<boolean> {
  const known = (await findLine(folder, ['config', '--get-regexp', '^user\\.(name|email)$'])) ?? '';
  return /^user\.name ./m.test(known) && /^user\.email ./m.test(known);
}
