import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An interpreter on this machine that can make virtual environments. */
export interface Python {
  readonly path: string;
  /** `3.12.1`. */
  readonly version: string;
  /** 12 of `3.12.1`. */
  readonly minor: number;
}

/** Asked once a file: an interpreter does not change while the sandbox runs. */
const known = new Map<string, Promise<Python | undefined>>();

/** The Pythons 3 on PATH and among pyenv's, each version once, newest first. */
export function findPythons(environment: NodeJS.ProcessEnv = process.env): Promise<readonly Python[]> {
  return askAll(listCandidates(environment));
}

async function askAll(paths: readonly string[]): Promise<readonly Python[]> {
  const asked = paths.map((path) => {
    const answer = known.get(path) ?? ask(path);
    known.set(path, answer);
    return answer;
  });
  const found = (await Promise.all(asked)).filter((python) => python !== undefined);
  const each = new Map(found.reverse().map((python) => [python.version, python]));
  return [...each.values()].sort((a, b) => b.minor - a.minor || b.version.localeCompare(a.version));
}

/** The Python nearest to `3.minor`; among equally near ones the newer. */
export async function findNearestPython(minor: number, environment?: NodeJS.ProcessEnv): Promise<Python | undefined> {
  const paths = listCandidates(environment ?? process.env);
  // To start an interpreter takes its time: first those alone that are called so, or that do not say.
  const likely = await askAll(paths.filter((path) => [minor, undefined].includes(guessMinor(path))));
  if (likely.some((python) => python.minor === minor)) return likely.find((python) => python.minor === minor);
  const pythons = await askAll(paths);
  return [...pythons].sort((a, b) => Math.abs(a.minor - minor) - Math.abs(b.minor - minor))[0];
}

/** `…/python3.12`, `…/versions/3.12.1/bin/python3` → 12; a plain `python3` may be any. */
function guessMinor(path: string): number | undefined {
  const digits = /python3\.(\d+)$/.exec(path)?.[1] ?? /\/3\.(\d+)[^/]*\/bin\/python3$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** In the order in which a shell would find them; a program that several names lead to is there once. */
function listCandidates(environment: NodeJS.ProcessEnv): readonly string[] {
  const onPath = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  // pyenv's own programs on PATH serve only the version that is switched on; the others are there all the same.
  const versions = join(environment.PYENV_ROOT || join(environment.HOME || homedir(), '.pyenv'), 'versions');
  const inPyenv = listFolder(versions).map((name) => join(versions, name, 'bin'));
  const paths = [...onPath, ...inPyenv].flatMap((folder) =>
    listFolder(folder)
      .filter((name) => /^python3(\.\d+)?$/.test(name))
      .map((name) => join(folder, name)),
  );
  const real = new Map(
    paths
      .filter((path) => existsSync(path))
      .map((path) => [realpathSync(path), path] as const)
      .reverse(),
  );
  return [...real.values()].reverse();
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function ask(path: string): Promise<Python | undefined> {
  try {
    const { stdout } = await run(path, ['-c', 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])']);
    const version = stdout.trim();
    return { path, version, minor: Number(version.split('.')[1]) };
  } catch {
    // A version that pyenv has not switched on, or a Debian Python without its venv package.
    return undefined;
  }
}
