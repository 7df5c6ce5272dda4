import { CHECKOUT } from '../compile/steps.ts';
import type { Task } from './task.ts';
import { runAzureCli } from './tasks/azure-cli.ts';
import { runBash } from './tasks/bash.ts';
import { runCheckout } from './tasks/checkout.ts';
import { runCommandLine } from './tasks/command-line.ts';
import { runDownloadArtifact } from './tasks/download-artifact.ts';
import { runPowerShell } from './tasks/powershell.ts';
import { runPublishArtifact } from './tasks/publish-artifact.ts';
import { runPublishTestResults } from './tasks/publish-test-results.ts';
import { runUsePythonVersion } from './tasks/use-python-version.ts';

const RUNNERS: Readonly<Record<string, Task>> = {
  'AzureCLI@2': runAzureCli,
  'Bash@3': runBash,
  'CmdLine@2': runCommandLine,
  'DownloadPipelineArtifact@2': runDownloadArtifact,
  'PowerShell@2': runPowerShell,
  'PublishPipelineArtifact@1': runPublishArtifact,
  'PublishTestResults@2': runPublishTestResults,
  'UsePythonVersion@0': runUsePythonVersion,
  [CHECKOUT]: runCheckout,
};

/** What does a task; undefined for one that the agent does not know. */
export function findTask(task: string): Task | undefined {
  return Object.hasOwn(RUNNERS, task) ? RUNNERS[task] : undefined;
}
