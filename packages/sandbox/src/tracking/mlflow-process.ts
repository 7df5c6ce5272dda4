import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../agent/run/process-groups.ts';
import { withParent } from '../python/with-parent.ts';

/** After this long without an answer the server counts as not started. */
const START_SECONDS = 120;

/** Address of the database in a folder. */
export function toDatabase(folder: string): string {
  return `sqlite:///${join(folder, 'mlflow.db')}`;
}

/** Starts MLflow's server. On a socket and not a port: nobody gets past the guard in front of it. */
export function spawnServer(python: string, folder: string, socket: string): ChildProcess {
  const log = openSync(join(folder, 'mlflow.log'), 'a', 0o600);
  const store = ['--backend-store-uri', toDatabase(folder), '--artifacts-destination', join(folder, 'artifacts')];
  const options = `--uds '${socket.replaceAll("'", `'"'"'`)}'`;
  const words = ['server', '--workers', '1', ...store, '--uvicorn-opts', options];
  const child = spawn(python, withParent('mlflow', words), {
    cwd: folder,
    stdio: ['pipe', log, log],
    // A group of its own: the server's workers end with it.
    detached: true,
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: homedir(),
      TMPDIR: tmpdir(),
      LANG: 'C.UTF-8',
      // Nine more processes for features that Azure ML does not have.
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      MLFLOW_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: 'true',
    },
  });
  closeSync(log);
  return child;
}

/** @throws Error with the end of the log */
export async function untilUp(child: ChildProcess, socket: string, log: string): Promise<void> {
  for (let waited = 0; waited < START_SECONDS * 10; waited++) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await isUp(socket)) return;
    await sleep(100);
  }
  if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  throw new Error(`mlflow server did not start; the end of ${log}: ${readFileSync(log, 'utf8').trim().slice(-500)}`);
}

function isUp(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/health', headers: { host: 'localhost' } }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
