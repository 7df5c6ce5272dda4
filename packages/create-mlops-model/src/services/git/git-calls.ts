import type { Environment } from '../http-agents.ts';
import type { GitExtra } from './git-environment.ts';
import { GitExit, toFailure } from './git-error.ts';
import { runGit } from './run-git.ts';

/** One call of git. */
export type GitCall<Answer> = (folder: string, args: readonly string[], extra?: GitExtra) => Promise<Answer>;

/** The ways in which the verbs call git; they differ in what another end than 0 means. */
export interface GitCalls {
  /** @throws GitExit */
  readonly run: GitCall<string>;
  /** For what concerns this disk alone. @throws UserError with git's own words */
  readonly write: GitCall<string>;
  /** One line, or `undefined` where git has none to give. */
  readonly findLine: GitCall<string | undefined>;
}

/** The calls in one environment. */
export function makeGitCalls(environment: Environment): GitCalls {
  const run: GitCalls['run'] = (folder, args, extra = {}) => runGit(environment, folder, args, extra);
  return {
    run,
    write: (folder, args, extra) =>
      run(folder, args, extra).catch((error: unknown) => {
        throw error instanceof GitExit ? toFailure(error) : error;
      }),
    async findLine(folder, args, extra) {
      try {
        return (await run(folder, args, extra)).trim() || undefined;
      } catch (error) {
        if (!(error instanceof GitExit)) throw error;
        return undefined;
      }
    },
  };
}
