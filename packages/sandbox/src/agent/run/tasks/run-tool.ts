import { type ProcessEnd, runProcess } from '../run-process.ts';
import type { TaskRun } from '../task.ts';

/** A program that a task runs on its own account. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets each line instead of the log. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program, with its command line and its output in the step's log. @returns its exit code */
export async function runTool(run: TaskRun, tool: Tool): Promise<number> {
  const { onLine = (line: string) => run.log.write(line), ...program } = tool;
  run.log.write(`##[command]${[tool.command, ...tool.args].join(' ')}`);
  const end = await runProcess({
    ...program,
    masker: run.job.masker,
    groups: run.job.groups,
    stop: run.stop,
    kill: run.kill,
    onLine,
  });
  return toExitCode(end);
}

/** As a shell says it: 128 and the signal's number stand for a signal, here without the number. */
function toExitCode(end: ProcessEnd): number {
  switch (end.kind) {
    case 'exit':
      return end.code;
    case 'signal':
      return 128;
  }
}
