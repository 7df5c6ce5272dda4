import type { Task } from './task.ts';
import { runBash } from './tasks/bash.ts';
import { runCommandLine } from './tasks/command-line.ts';
import { runPowerShell } from './tasks/powershell.ts';

const RUNNERS: Readonly<Record<string, Task>> = {
  'Bash@3': runBash,
  'CmdLine@2': runCommandLine,
  'PowerShell@2': runPowerShell,
};

/** What does a task; undefined for one that the agent does not know. */
export function findTask(task: string): Task | undefined {
  return Object.hasOwn(RUNNERS, task) ? RUNNERS[task] : undefined;
}
