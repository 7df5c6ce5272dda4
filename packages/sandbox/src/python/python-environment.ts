import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { takeLock } from './take-lock.ts';
import { withParent } from './with-parent.ts';

const run = promisify(execFile);

/** A virtual environment that holds exactly the wanted packages (and what they need). */
export interface PythonEnvironment {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
  /** Folder of the programs its packages bring, `ruff` for example. */
  readonly programs: string;
}

/** Why an environment could not be made: the last lines of what Python or pip said. */
export class EnvironmentFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EnvironmentFailure';
  }
}

/** Where environments lie; each is made once for all that run on this machine. */
function toCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'create-mlops-model', 'venvs');
}

/**
 * Makes a virtual environment once for each set of pins and Python version; later calls, from other processes too, find
 * it, and whoever comes while it is being made waits.
 * @param pins lines as a requirements file has them: `ruff==0.15.0`
 * @param python the interpreter that it is made with
 * @param signal gives up; half an environment is made anew by the next one
 * @throws EnvironmentFailure
 */
export async function ensurePythonEnvironment(
  pins: readonly string[],
  python = 'python3',
  signal?: AbortSignal,
): Promise<PythonEnvironment> {
  const { stdout: version } = await tell(python, ['-c', 'import sys; print(sys.version, sys.prefix)'], signal);
  const key = createHash('sha256')
    .update(JSON.stringify([version, [...pins].sort()]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(toCacheFolder(), key);
  const environment = toEnvironment(folder);
  await mkdir(dirname(folder), { recursive: true });
  while (!isComplete(folder)) {
    const lock = await takeLock(`${folder}.lock`);
    if (!lock) {
      await sleep(500, undefined, { ...(signal ? { signal } : {}) });
      continue;
    }
    try {
      if (!isComplete(folder)) {
        await make(python, environment, pins, signal);
        await writeFile(join(folder, COMPLETE), `${pins.join('\n')}\n`);
      }
    } finally {
      await rm(`${folder}.lock`, { force: true });
    }
  }
  return environment;
}

/** An environment made before that holds this pin among others, whichever Python it has. */
export async function findPythonEnvironment(pin: string): Promise<PythonEnvironment | undefined> {
  const cache = toCacheFolder();
  for (const name of await readdir(cache).catch(() => [])) {
    const folder = join(cache, name);
    const pins = await readFile(join(folder, COMPLETE), 'utf8').catch(() => '');
    const environment = toEnvironment(folder);
    // The interpreter behind it may have been removed since.
    if (pins.split('\n').includes(pin) && existsSync(environment.python)) return environment;
  }
  return undefined;
}

/** Written last, with the pins. */
const COMPLETE = 'complete';

function isComplete(folder: string): boolean {
  return existsSync(join(folder, COMPLETE));
}

function toEnvironment(folder: string): PythonEnvironment {
  const programs = join(folder, 'bin');
  return { folder, python: join(programs, 'python'), programs };
}

async function make(
  python: string,
  { folder, python: made }: PythonEnvironment,
  pins: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await tell(python, ['-m', 'venv', folder], signal);
  // In a file and not as arguments: a line may be an option, such as another index.
  const list = join(folder, 'requirements.txt');
  await writeFile(list, `${pins.join('\n')}\n`);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await tell(made, withParent('pip', ['install', ...quiet, '--requirement', list]), signal);
}

/** Runs a program. @throws EnvironmentFailure with the end of its complaint */
async function tell(program: string, args: readonly string[], signal: AbortSignal | undefined) {
  try {
    return await run(program, [...args], { maxBuffer: 64 * 1024 * 1024, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    const { stderr = '', message } = error as Error & { stderr?: string };
    const lines = stderr.split('\n').filter((line) => line.trim() !== '');
    throw new EnvironmentFailure(lines.slice(-6).join('\n') || message);
  }
}
