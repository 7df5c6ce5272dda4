import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { signalGroup } from '../agent/run/process-groups.ts';
import { killLeftOver } from '../databricks/left-over.ts';
import { findNearestPython } from '../python/find-pythons.ts';
import { ensurePythonEnvironment, findPythonEnvironment } from '../python/python-environment.ts';
import { spawnServer, toDatabase, untilUp } from './mlflow-process.ts';

/** The server that the notebooks' MLflow is tested with; templates/root/requirements/dev.txt names the same one. */
export const MLFLOW_PIN = 'mlflow==3.15.0';

/** Python 3.12 is what new projects choose. */
const PYTHON_MINOR = 12;

/** A server of MLflow, started when first needed. */
export interface MlflowServer {
  /** Clears away what a killed sandbox left: only once it is sure that no other one runs in this folder. */
  recover(): void;
  /** Path of the socket that it answers on. Starts it if it does not run. @throws Error saying why it does not start */
  ensure(): Promise<string>;
  /** Ends it with all that it has started. */
  stop(): Promise<void>;
}

/** A server that runs, as remembered on disk for after a crash. */
interface Running {
  readonly pid: number;
  readonly socket: string;
}

const GRACE_MILLISECONDS = 5000;

/** Opens the room: database, files and log lie in `folder`. */
export function openMlflowServer(folder: string): MlflowServer {
  const memory = join(folder, 'mlflow.pid');
  const giveUp = new AbortController();
  let starting: Promise<string> | undefined;
  let child: ChildProcess | undefined;
  let running: Running | undefined;

  const forget = () => {
    starting = undefined;
    child = undefined;
    if (running) rmSync(dirname(running.socket), { recursive: true, force: true });
    running = undefined;
    rmSync(memory, { force: true });
  };
  const start = async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const python = await findPython(giveUp.signal);
    giveUp.signal.throwIfAborted();
    const socket = join(mkdtempSync(join(toSocketFolder(), 'mlflow-')), 'socket');
    const started = spawnServer(python, folder, socket);
    if (started.pid !== undefined) {
      running = { pid: started.pid, socket };
      writeFileSync(memory, JSON.stringify(running), { mode: 0o600 });
    }
    child = started;
    started.once('exit', forget);
    started.once('error', forget);
    await untilUp(started, socket, join(folder, 'mlflow.log'));
    return socket;
  };
  return {
    recover: () => endLeftOver(memory, toDatabase(folder)),
    ensure() {
      starting ??= start().catch((error) => {
        starting = undefined;
        throw error;
      });
      return starting;
    },
    async stop() {
      giveUp.abort();
      await starting?.catch(() => undefined);
      const ending = child;
      if (ending?.pid === undefined) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      signalGroup(ending.pid, 'SIGTERM');
      const { pid } = ending;
      const hard = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MILLISECONDS);
      await ended;
      clearTimeout(hard);
      // A worker may have outlived the first process of the group.
      signalGroup(pid, 'SIGKILL');
    },
  };
}

/** A socket's path may hold about 100 bytes, on macOS too, where temporary folders have long names. */
function toSocketFolder(): string {
  return Buffer.byteLength(tmpdir()) < 70 ? tmpdir() : '/tmp';
}

function endLeftOver(memory: string, marker: string): void {
  try {
    const { pid, socket } = JSON.parse(readFileSync(memory, 'utf8')) as Running;
    killLeftOver(pid, marker);
    rmSync(dirname(socket), { recursive: true, force: true });
    rmSync(memory);
  } catch (error) {
    // None was left, or the crash came while the file was being written: then no server had started yet.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error;
  }
}

/** Any environment of this machine that holds the server will do; else one is made, once. */
async function findPython(signal: AbortSignal): Promise<string> {
  const found = await findPythonEnvironment(MLFLOW_PIN);
  if (found) return found.python;
  const base = await findNearestPython(PYTHON_MINOR);
  if (!base) throw new Error('there is no Python 3 with its venv module on this machine');
  return (await ensurePythonEnvironment([MLFLOW_PIN], base.path, signal)).python;
}
