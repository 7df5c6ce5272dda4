import type { Task } from '../task.ts';
import { failsOnError, runScript } from './run-script.ts';

/** `CmdLine@2`: on Linux and macOS a script for Bash without start-up files. */
export const runCommandLine: Task = (run) => {
  const text = run.input('script');
  run.log.write(`Generating script.\nScript contents:\n${text}`);
  return runScript(run, {
    command: 'bash',
    args: ['--noprofile', '--norc'],
    text,
    ending: 'sh',
    title: 'Bash',
    failOnError: failsOnError(run),
    environment: run.toEnvironment(),
    describeExit: (code) => `Bash exited with code '${code}'.`,
  });
};
