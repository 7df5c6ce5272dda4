import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../packages/sandbox/src/free-port.ts';
import type { PythonEnvironment } from '../peers/python-environment.ts';
import { waitFor } from './waiting.ts';

/** A real `mlflow server` of a test's own. */
export interface MlflowServer {
  readonly uri: string;
  /** Database, files of the runs, and the server's log: everything that it keeps. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/** Starts the MLflow that the environment holds, on a database file. */
export async function startMlflowServer(environment: PythonEnvironment): Promise<MlflowServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mlflow-'));
  const port = await findFreePort();
  const uri = `http://127.0.0.1:${port}`;
  const log = openSync(join(folder, 'log.txt'), 'w');
  const where = ['--host', '127.0.0.1', '--port', `${port}`, '--workers', '1'];
  const store = ['--backend-store-uri', `sqlite:///${folder}/mlflow.db`, '--artifacts-destination', `${folder}/files`];
  // A process group of its own: the server starts workers that outlive it otherwise.
  const child = spawn(environment.python, ['-m', 'mlflow', 'server', ...where, ...store], {
    cwd: folder,
    // Seven processes for jobs of MLflow's own, of which there are none here.
    env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    stdio: ['ignore', log, log],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const endAll = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  process.once('exit', endAll);
  const stop = async () => {
    process.off('exit', endAll);
    endAll();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor('mlflow server', () => fetch(`${uri}/health`).then(({ ok }) => ok), 120);
  } catch (error) {
    const text = await readFile(join(folder, 'log.txt'), 'utf8');
    await stop();
    throw new Error(`${(error as Error).message}:\n${text.slice(-2000)}`);
  }
  return { uri, folder, stop };
}
