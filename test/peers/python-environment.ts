import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A virtual environment that holds exactly the wanted packages (and what they need). */
export interface PythonEnvironment {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
  /** Folder of the programs its packages bring, `ruff` for example. */
  readonly programs: string;
}

/** An environment of this long is being made by somebody who has died. */
const STALE_SECONDS = 15 * 60;

/**
 * Makes a virtual environment once for each set of pins and Python version; later calls, from other processes too, find it.
 * @param pins as pip takes them: `ruff==0.15.0`
 * @param python the interpreter that it is made with
 */
export async function ensurePythonEnvironment(pins: readonly string[], python = 'python3'): Promise<PythonEnvironment> {
  const { stdout: version } = await run(python, ['-c', 'import sys; print(sys.version, sys.prefix)']);
  const key = createHash('sha256')
    .update(JSON.stringify([version, [...pins].sort()]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(homedir(), '.cache', 'create-mlops-model', 'venvs', key);
  const programs = join(folder, 'bin');
  const environment = { folder, python: join(programs, 'python'), programs };
  const done = join(folder, 'complete');
  await mkdir(dirname(folder), { recursive: true });
  while (!existsSync(done)) {
    const lock = await takeLock(`${folder}.lock`);
    if (!lock) {
      await sleep(500);
      continue;
    }
    try {
      if (!existsSync(done)) await make(python, folder, environment.python, pins);
      await writeFile(done, `${pins.join('\n')}\n`);
    } finally {
      await rm(`${folder}.lock`, { force: true });
    }
  }
  return environment;
}

async function make(python: string, folder: string, made: string, pins: readonly string[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await run(python, ['-m', 'venv', folder]);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await run(made, ['-m', 'pip', 'install', ...quiet, ...pins], { maxBuffer: 64 * 1024 * 1024 });
}

/** Takes the lock, or says no; one whose holder has died is removed. */
async function takeLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isStale(path)) await rm(path, { force: true });
  return false;
}

async function isStale(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    const { mtimeMs } = await file.stat();
    await file.close();
    const pid = Number(await readFile(path, 'utf8'));
    // The number is written just after the file is made: an empty file is young, not stale.
    if (pid > 0) process.kill(pid, 0);
    return Date.now() - mtimeMs > STALE_SECONDS * 1000;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
