import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { makeLineReader } from './line-reader.ts';
import type { Masker } from './mask-secrets.ts';
import { type ProcessGroups, signalGroup } from './process-groups.ts';

/** A program to run for a step. */
export interface ProcessWork {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly masker: Masker;
  readonly groups: ProcessGroups;
  /** Asks the program to end: SIGINT, then SIGTERM, then SIGKILL. */
  readonly stop: AbortSignal;
  /** Ends it at once. */
  readonly kill: AbortSignal;
  readonly onLine: (line: string, isError: boolean) => void;
}

/** How a program ended. */
export type ProcessEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals };

/** Times of the real agent between SIGINT and SIGTERM, and from there to SIGKILL (azure-pipelines-agent, ProcessInvoker). */
const INTERRUPT_MILLISECONDS = 7500;
const TERMINATE_MILLISECONDS = 2500;

/** Something that a step leaves running may hold its output open; the step is over all the same. */
const OUTPUT_MILLISECONDS = 5000;
/** Of a group that was killed nobody writes any more; who has left it is ended with the job. */
const KILLED_MILLISECONDS = 500;

/** Runs a program to its end. @throws Error where it cannot be started */
export function runProcess(work: ProcessWork): Promise<ProcessEnd> {
  if (!existsSync(work.folder)) return Promise.reject(new Error(`Not found workingDirectory: ${work.folder}`));
  // A group of its own, so that whatever it starts can be ended with it.
  const child = spawn(work.command, [...work.args], {
    cwd: work.folder,
    env: work.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) work.groups.add(child.pid);
  const out = readLines(child.stdout, work, false);
  const errors = readLines(child.stderr, work, true);
  const letGo = watchSignals(child, work);
  const isStopped = () => work.stop.aborted || work.kill.aborted;
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      letGo();
      reject(toStartError(work.command, error as NodeJS.ErrnoException));
    });
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      out.end();
      errors.end();
      letGo();
      if (child.pid !== undefined) {
        if (isStopped()) signalGroup(child.pid, 'SIGKILL');
        work.groups.settle(child.pid);
      }
      resolve(signal ? { kind: 'signal', signal } : { kind: 'exit', code: code ?? 1 });
    };
    child.once('exit', (code, signal) => {
      const timer = setTimeout(() => finish(code, signal), toPatience(isStopped(), signal));
      child.once('close', () => {
        clearTimeout(timer);
        finish(code, signal);
      });
    });
  });
}

/** How long output may stay open after the end of the program that was started. */
function toPatience(isStopped: boolean, signal: NodeJS.Signals | null): number {
  if (signal === 'SIGKILL') return KILLED_MILLISECONDS;
  // A shell may end at the interrupt before the program that it waits for has put things in order.
  return isStopped ? INTERRUPT_MILLISECONDS + TERMINATE_MILLISECONDS : OUTPUT_MILLISECONDS;
}

function toStartError(command: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT') {
    return new Error(
      `Unable to locate executable file: '${command}'. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also check the file mode to verify the file is executable.`,
    );
  }
  if (error.code === 'E2BIG')
    return new Error(
      `${command} could not be started: its environment or its arguments are too long for this machine.`,
    );
  return new Error(`${command} could not be started: ${error.message}`);
}

/** Goes on reading after the end, so that what is left running is not ended by a closed pipe; but says nothing any more. */
function readLines(stream: Readable, { masker, onLine }: ProcessWork, isError: boolean): { end(): void } {
  let isOver = false;
  const reader = makeLineReader(masker, (line) => {
    if (!isOver) onLine(line, isError);
  });
  stream.on('data', (chunk: Buffer) => {
    if (!isOver) reader.add(chunk);
  });
  return {
    end() {
      reader.end();
      isOver = true;
    },
  };
}

function watchSignals(child: ChildProcessByStdio<null, Readable, Readable>, { stop, kill }: ProcessWork): () => void {
  const timers: NodeJS.Timeout[] = [];
  const send = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined) signalGroup(child.pid, signal);
  };
  const onStop = () => {
    send('SIGINT');
    timers.push(
      setTimeout(() => send('SIGTERM'), INTERRUPT_MILLISECONDS),
      setTimeout(() => send('SIGKILL'), INTERRUPT_MILLISECONDS + TERMINATE_MILLISECONDS),
    );
  };
  const onKill = () => send('SIGKILL');
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  if (kill.aborted) onKill();
  else kill.addEventListener('abort', onKill, { once: true });
  return () => {
    for (const timer of timers) clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
    kill.removeEventListener('abort', onKill);
  };
}
