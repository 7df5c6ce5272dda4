import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Task, TaskError, type TaskRun } from '../task.ts';
import { failsOnError, runScript } from './run-script.ts';

/** `Bash@3`: a script of its own, or one of the repository. */
export const runBash: Task = (run) => {
  const text = toText(run);
  run.log.write(`Generating script.\nScript contents:\n${text}`);
  const startUp = run.input('bashEnvValue');
  return runScript(run, {
    command: 'bash',
    args: [],
    text,
    ending: 'sh',
    title: 'Bash',
    failOnError: failsOnError(run),
    environment: { ...run.toEnvironment(), ...(startUp === '' ? {} : { BASH_ENV: startUp }) },
    describeExit: (code) => `Bash exited with code '${code}'.`,
  });
};

function toText(run: TaskRun): string {
  // The task's own default is a file; the short form `bash:` says `inline`.
  if (run.input('targetType').toLowerCase() === 'inline') return run.input('script');
  const path = findScript(run, run.input('filePath'), 'filePath');
  return `exec bash '${path.replaceAll("'", `'"'"'`)}' ${run.input('arguments')}`.trimEnd();
}

/** A script's path, absolute. @throws TaskError if it is not there */
export function findScript(run: TaskRun, path: string, input: string): string {
  const sources = run.job.variables.find('System.DefaultWorkingDirectory')?.value ?? '';
  const found = resolve(sources, path);
  if (path !== '' && existsSync(found) && statSync(found).isFile()) return found;
  throw new TaskError(`Invalid file path '${path}' in the input ${input}: a path to a file on the agent was expected.`);
}
