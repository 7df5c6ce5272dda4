import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { signalGroup } from '../agent/run/process-groups.ts';

/** A notebook, ready to run. */
export interface NotebookWork {
  /** The interpreter. */
  readonly python: string;
  /** The program of notebook-runner.ts, on disk. */
  readonly runner: string;
  /** Python source. */
  readonly source: string;
  /** What traces call the source. */
  readonly path: string;
  /** Working directory, and first on the module path. */
  readonly directory: string;
  /** More folders of modules: the root of a Git folder. */
  readonly roots: readonly string[];
  /** Values of the widgets. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Standard output and error go here. */
  readonly log: string;
  /** Ends the notebook. */
  readonly signal: AbortSignal;
  /** Whether `dbutils` has service credentials: those of older runtimes do not. */
  readonly hasCredentials: boolean;
  /** Answers `dbutils.secrets` and `dbutils.credentials`; throws what the notebook is to see. */
  readonly answer: (question: NotebookQuestion) => unknown;
  /** Told the process group as soon as there is one. */
  readonly onStart: (pid: number) => void;
}

/** What a notebook can ask for. */
export type NotebookQuestion =
  | { readonly what: 'secret'; readonly scope: string; readonly key: string }
  | { readonly what: 'keys'; readonly scope: string }
  | { readonly what: 'scopes' }
  | { readonly what: 'credential'; readonly name: string }
  | { readonly what: 'token'; readonly name: string; readonly resource: string };

/** How a notebook ended: with a result, with an error, or by losing its process. */
export interface NotebookEnd {
  readonly result?: string;
  readonly truncated?: boolean;
  readonly error?: string;
  readonly trace?: string;
  /** Set when the process ended before it could report. */
  readonly lost?: string;
}

/** After the report, or after an interrupt, a process has this long to end by itself. */
const GRACE_MILLISECONDS = 3000;

/** Runs a notebook to its end. Never throws: what goes wrong is in the result. */
export function runNotebook(work: NotebookWork): Promise<NotebookEnd> {
  const log = openSync(work.log, 'a', 0o600);
  // A group of its own, so that workers a notebook starts end with it.
  const child = spawn(work.python, ['-B', '-u', work.runner], {
    cwd: work.directory,
    env: work.environment,
    stdio: ['pipe', log, log, 'pipe'],
    detached: true,
  });
  closeSync(log);
  const input = child.stdin as unknown as Writable;
  // A process that has gone cannot be told anything; its end is seen below.
  input.on('error', () => undefined);
  return new Promise((resolve) => {
    let end: NotebookEnd | undefined;
    const stop = () => interrupt(child);
    const reports = createInterface({ input: child.stdio[3] as Readable });
    reports.on('line', (line) => {
      const message = JSON.parse(line) as { ask?: NotebookQuestion; done?: NotebookEnd };
      if (message.ask) input.write(`${JSON.stringify(toAnswer(work, message.ask))}\n`);
      if (!message.done) return;
      end = message.done;
      setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MILLISECONDS).unref();
    });
    child.once('spawn', () => {
      if (child.pid !== undefined) work.onStart(child.pid);
      const { source, path, directory, roots, parameters, hasCredentials } = work;
      input.write(`${JSON.stringify({ source, path, directory, roots, parameters, hasCredentials })}\n`);
      if (work.signal.aborted) stop();
      else work.signal.addEventListener('abort', stop, { once: true });
    });
    child.once('error', (error) => resolve({ lost: `${work.python} could not be started: ${error.message}` }));
    child.once('close', (code, signal) => {
      work.signal.removeEventListener('abort', stop);
      killGroup(child, 'SIGKILL');
      resolve(end ?? { lost: `The Python process ended unexpectedly (${signal ?? `exit code ${code}`}).` });
    });
  });
}

function toAnswer(work: NotebookWork, question: NotebookQuestion): { value: unknown } | { error: string } {
  try {
    return { value: work.answer(question) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** As on a cluster: the notebook is interrupted, and killed if it goes on. */
function interrupt(child: ChildProcess): void {
  killGroup(child, 'SIGINT');
  setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MILLISECONDS).unref();
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) signalGroup(pid, signal);
}
