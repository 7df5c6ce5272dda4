import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';

/** A child that the kernel ends when this process dies, however it dies. Its log is `<folder>/<name>.log`. */
export function startChild(
  folder: string,
  name: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), 'w');
  return spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
}

/** Ends a child, and waits until it has gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
