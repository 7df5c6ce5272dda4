import { isTrue, type Task, TaskError, type TaskRun } from '../task.ts';
import { findScript } from './bash.ts';
import { failsOnError, runScript } from './run-script.ts';

const PREFERENCES = ['default', 'stop', 'continue', 'silentlycontinue'];

/** `PowerShell@2`: on Linux and macOS always `pwsh`, which must be installed. */
export const runPowerShell: Task = (run) => {
  const text = toText(run);
  run.log.write(`Generating script.\nScript contents:\n${text}`);
  return runPowerShellText(run, text, 'PowerShell', (code) => `PowerShell exited with code '${code}'.`);
};

function toText(run: TaskRun): string {
  const preference = run.input('errorActionPreference').toLowerCase() || 'stop';
  if (!PREFERENCES.includes(preference)) throw new TaskError(`Invalid errorActionPreference '${preference}'.`);
  const isFile = run.input('targetType').toLowerCase() !== 'inline';
  const script = isFile
    ? `. '${findScript(run, run.input('filePath'), 'filePath').replaceAll("'", "''")}' ${run.input('arguments')}`
    : run.input('script');
  const before = preference === 'default' ? [] : [`$ErrorActionPreference = '${preference}'`];
  return [...before, script, ...toExitLines(isTrue(run.input('ignoreLASTEXITCODE')))].join('\n');
}

/** Without these a failing program within a script does not fail it. */
export function toExitLines(isIgnored: boolean): readonly string[] {
  return isIgnored ? [] : ['if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }'];
}

/** Runs text in `pwsh`, in the way in which the tasks do it. */
export function runPowerShellText(
  run: TaskRun,
  text: string,
  title: string,
  describeExit: (code: number) => string,
  environment = run.toEnvironment(),
) {
  return runScript(run, {
    command: 'pwsh',
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command'],
    quote: (path) => `. '${path.replaceAll("'", "''")}'`,
    text,
    ending: 'ps1',
    title,
    failOnError: failsOnError(run),
    environment,
    describeExit,
  });
}
