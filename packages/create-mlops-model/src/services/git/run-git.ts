import { describeFolder } from '../disk.ts';
import type { Environment } from '../http-agents.ts';
import { runBytes } from '../shell.ts';
import { type GitExtra, toGitEnvironment } from './git-environment.ts';
import { GitExit, messageOf, noGit } from './git-error.ts';

/**
 * Runs git in a folder.
 * @returns what it printed
 * @throws GitExit when it ends with another code than 0; UserError when there is no git
 */
export function runGit(
  environment: Environment,
  folder: string,
  args: readonly string[],
  extra: GitExtra,
): Promise<string> {
  const variables = toGitEnvironment(environment, folder, extra);
  return extra.remote === undefined ? runHere(folder, args, variables) : runAbroad(folder, args, variables);
}

type Variables = Record<string, string>;

/**
 * What stays on this disk starts git itself: simple-git takes 12 ms to load, and waits 50 ms after each call that printed
 * nothing, in case something still comes.
 */
async function runHere(folder: string, args: readonly string[], variables: Variables): Promise<string> {
  const { exitCode, stdout, stderr, missing } = await runBytes('git', args, { folder, environment: variables });
  const text = stdout.toString();
  // A folder that is gone fails with the same code as a program that is not there.
  if (missing && describeFolder(folder) === 'folder') throw noGit(new Error(stderr));
  if (exitCode !== 0) throw new GitExit(stderr || text || `exit code ${exitCode}`, exitCode);
  return text;
}

async function runAbroad(folder: string, args: readonly string[], variables: Variables): Promise<string> {
  const { GitError, GitPluginError, simpleGit } = await import('simple-git');
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
    if (/spawn git ENOENT/.test(messageOf(error))) throw noGit(error);
    // The guard's own refusals are no answer of git's: they must not pass for "there is none".
    if (error instanceof GitPluginError || !(error instanceof GitError)) throw error;
    throw new GitExit(error.message, undefined, { cause: error });
  }
}
