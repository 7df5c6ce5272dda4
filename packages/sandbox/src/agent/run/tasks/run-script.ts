import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Result } from '../../expression/run-condition.ts';
import { runProcess } from '../run-process.ts';
import { isTrue, type TaskRun } from '../task.ts';

/** A script in a file, or text for which a file is made. */
export interface Script {
  /** The shell's program, which gets `args` and the path of a file with `text`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly text: string;
  /** `sh` or `ps1`. */
  readonly ending: string;
  /** How the shell is named in errors: `Bash`. */
  readonly title: string;
  /** What follows the file on the command line. */
  readonly after?: readonly string[];
  /** How the path of the file is handed over, where it does not stand alone. */
  readonly quote?: (path: string) => string;
  /** Output on the standard error stream is a failure. */
  readonly failOnError: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** What the log says of an exit code that is not zero. */
  readonly describeExit: (code: number) => string;
}

/** How many lines of the standard error stream a failure quotes. */
const QUOTED_LINES = 10;

/** Runs a script as the step's work. */
export async function runScript(run: TaskRun, script: Script): Promise<Result> {
  const temp = run.job.work.folders.temp;
  const file = resolve(temp, `${randomUUID()}.${script.ending}`);
  await mkdir(temp, { recursive: true, mode: 0o700 });
  // Macros may have put a secret into the text: nobody else reads it, and it goes when the step is over.
  await writeFile(file, script.text, { mode: 0o700 });
  try {
    return await runFile(run, script, file);
  } finally {
    await rm(file, { force: true });
  }
}

async function runFile(run: TaskRun, script: Script, file: string): Promise<Result> {
  const { command, failOnError, environment } = script;
  const args = [...script.args, script.quote ? script.quote(file) : file, ...(script.after ?? [])];
  const complaints: string[] = [];
  run.log.write('========================== Starting Command Output ===========================');
  run.log.write(`##[command]${[command, ...args].join(' ')}`);
  const end = await runProcess({
    command,
    args,
    folder: findFolder(run),
    environment,
    masker: run.job.masker,
    groups: run.job.groups,
    stop: run.stop,
    kill: run.kill,
    onLine(line, isError) {
      if (isError && failOnError) complaints.push(line);
      else run.onLine(line);
    },
  });
  // How it ended is the doing of whoever stopped it, and said by them.
  if (run.stop.aborted || run.kill.aborted) return 'Canceled';
  if (complaints.length > 0) {
    run.log.error(complaints.slice(0, QUOTED_LINES).join('\n'));
    run.log.error(`${script.title} wrote one or more lines to the standard error stream.`);
  }
  if (end.kind === 'signal') {
    run.log.error(`${script.title} was ended by signal ${end.signal}.`);
    return 'Failed';
  }
  if (end.code !== 0) run.log.error(script.describeExit(end.code));
  return end.code !== 0 || complaints.length > 0 ? 'Failed' : 'Succeeded';
}

/** A working directory that is not absolute is meant from the sources. */
function findFolder(run: TaskRun): string {
  const sources = run.job.variables.find('System.DefaultWorkingDirectory')?.value ?? run.job.work.folders.build;
  const asked = run.input('workingDirectory') || run.input('cwd');
  return asked === '' ? sources : resolve(sources, asked);
}

/** Whether output on the standard error stream fails the step. */
export function failsOnError(run: TaskRun): boolean {
  return isTrue(run.input('failOnStderr')) || isTrue(run.input('failOnStandardError'));
}
