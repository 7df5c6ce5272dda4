import { isTrue, requireInput, type Task, TaskError, type TaskRun } from '../task.ts';
import { findScript } from './bash.ts';
import { runPowerShellText, toExitLines } from './powershell.ts';
import { failsOnError, runScript } from './run-script.ts';

/** `AzureCLI@2`: a script whose `az` is signed in as the service connection, for as long as the step lasts. */
export const runAzureCli: Task = async (run) => {
  const connection = run.input('azureSubscription') || requireInput(run, 'connectedServiceNameARM');
  run.log.write(`Signing in with the service connection ${connection}.`);
  const session = await run.job.work.host.signIn(connection);
  try {
    const environment = { ...run.toEnvironment([session.path]), ...session.environment };
    return await runSignedIn(run, environment);
  } finally {
    session.close();
    run.log.write('Signed out: the session of the Azure CLI is gone.');
  }
};

function runSignedIn(run: TaskRun, environment: Record<string, string>) {
  const describeExit = (code: number) => `Script failed with exit code: ${code}`;
  const type = requireInput(run, 'scriptType').toLowerCase();
  const isInline = run.input('scriptLocation').toLowerCase() === 'inlinescript';
  const path = isInline ? '' : findScript(run, run.input('scriptPath'), 'scriptPath');
  const words = run.input('arguments') || run.input('scriptArguments');
  switch (type) {
    case 'bash': {
      const text = isInline ? run.input('inlineScript') : `exec bash '${path.replaceAll("'", `'"'"'`)}' "$@"`;
      return runScript(run, {
        command: 'bash',
        args: [],
        // The arguments are one text that the shell takes apart, as in the real task.
        text: words === '' ? text : `set -- ${words}\n${text}`,
        ending: 'sh',
        title: 'Script',
        failOnError: failsOnError(run),
        environment,
        describeExit,
      });
    }
    case 'pscore': {
      const script = isInline ? run.input('inlineScript') : `. '${path.replaceAll("'", "''")}' ${words}`;
      const preference = run.input('powerShellErrorActionPreference') || 'stop';
      const end = toExitLines(isTrue(run.input('powerShellIgnoreLASTEXITCODE')));
      const text = [`$ErrorActionPreference = '${preference}'`, script, ...end].join('\n');
      return runPowerShellText(run, text, 'Script', describeExit, environment);
    }
    default:
      throw new TaskError(`AzureCLI@2 runs scriptType bash or pscore on this agent, not '${type}'.`);
  }
}
