import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findFreePort } from '../../packages/sandbox/src/free-port.ts';
import { waitFor } from '../image/waiting.ts';
import { type PythonProject, runPython } from '../render/python-project.ts';

/** A service that runs on this machine, without a container. */
export interface ServiceProcess {
  readonly url: string;
  /** What it has written so far. */
  readonly readLog: () => string;
  readonly stop: () => Promise<void>;
}

/** Trains in a project, logging into its own folder. @returns the folder with the model */
export async function trainModel(project: PythonProject, ...options: string[]): Promise<string> {
  const ended = await runPython(project, 'notebooks/model_train.py', ...options);
  if (ended.code !== 0) throw new Error(`the training ended with ${ended.code}:\n${ended.output.slice(-3000)}`);
  const store = join(project.folder, '.mlflow');
  const found = readdirSync(store, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('model/parameters.json'),
  );
  if (found === undefined) throw new Error(`the training left no model below ${store}`);
  return dirname(join(store, found));
}

/** Starts a server and waits until it answers 200 at a path. @param path where it says that it is ready */
export async function startServer(
  command: (port: number) => readonly [program: string, ...args: string[]],
  options: { readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly path: string },
): Promise<ServiceProcess> {
  const port = await findFreePort();
  const [program, ...args] = command(port);
  const path = join(options.folder, `server-${port}.log`);
  const log = openSync(path, 'w');
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log],
    // A group of its own: some servers leave their workers behind.
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  const readLog = () => readFileSync(path, 'utf8');
  const stop = () => endGroup(child);
  try {
    await waitFor(`${program} ${args[1]}`, () => fetch(`${url}${options.path}`).then(({ ok }) => ok), 90);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}:\n${readLog().slice(-3000)}`);
  }
  return { url, readLog, stop };
}

/** Starts the service of a project as its image does. */
export function startService(project: PythonProject, model: string): Promise<ServiceProcess> {
  const server = ['-m', 'uvicorn', 'app:app', '--host', '127.0.0.1', '--no-access-log'];
  return startServer((port) => [project.environment.python, ...server, '--port', `${port}`], {
    folder: join(project.folder, 'api'),
    env: { MODEL_DIR: model, DRAIN_SECONDS: '0', PYTHONDONTWRITEBYTECODE: '1' },
    path: '/readyz',
  });
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}
