import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { compareVersions, parseVersion, type Version } from '../agent/run/version-range.ts';

const run = promisify(execFile);

/** An interpreter on this machine. */
export interface Python {
  readonly version: Version;
  /** `3.12.1` */
  readonly text: string;
  /** The program itself, not what started it. */
  readonly path: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROGRAM = 'import platform, sys; print(platform.python_version(), sys.executable)';
/** One that does not answer is none. */
const PATIENCE_MILLISECONDS = 15_000;

/**
 * The Pythons of this machine, newest first: `python3` and `python3.N` on PATH, and those that pyenv and uv keep
 * beside it. Each is asked, because a shim on PATH may stand for nothing.
 */
export async function findPythons(environment: Environment): Promise<readonly Python[]> {
  return askAll(await listPaths(environment), environment);
}

/** The Python nearest to `3.minor` that can make virtual environments; of equally near ones the newer. */
export async function findNearestPython(
  minor: number,
  environment: Environment = process.env,
): Promise<Python | undefined> {
  const paths = await listPaths(environment);
  // To start an interpreter takes its time: first those alone that are called so, or that do not say.
  const likely = await askAll(
    paths.filter((path) => [minor, undefined].includes(guessMinor(path))),
    environment,
  );
  const distance = ({ version: [major, found] }: Python) => Math.abs(found - minor) + Math.abs(major - 3) * 100;
  for (const python of likely) if (distance(python) === 0 && (await hasVenv(python))) return python;
  const all = [...(await askAll(paths, environment))].sort((one, other) => distance(one) - distance(other));
  for (const python of all) if (await hasVenv(python)) return python;
  return undefined;
}

async function listPaths({ HOME, PATH = '', PYENV_ROOT }: Environment): Promise<readonly string[]> {
  const home = HOME || homedir();
  const roots = [join(PYENV_ROOT || join(home, '.pyenv'), 'versions'), join(home, '.local', 'share', 'uv', 'python')];
  const kept = await Promise.all(roots.map(async (root) => (await list(root)).map((name) => join(root, name, 'bin'))));
  const folders = [...PATH.split(delimiter), ...kept.flat()].filter((folder) => folder !== '');
  return (await Promise.all(folders.map(listPrograms))).flat();
}

async function listPrograms(folder: string): Promise<readonly string[]> {
  return (await list(folder)).filter((name) => /^python3(\.\d+)?$/.test(name)).map((name) => join(folder, name));
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** `…/python3.12`, `…/versions/3.12.1/bin/python3` → 12; a plain `python3` may be any. */
function guessMinor(path: string): number | undefined {
  const digits = /python3\.(\d+)$/.exec(path)?.[1] ?? /\/(?:cpython-)?3\.(\d+)[^/]*\/bin\/python3$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

async function askAll(paths: readonly string[], environment: Environment): Promise<readonly Python[]> {
  const asked = await Promise.all(paths.map((path) => ask(path, environment)));
  const byPath = new Map(asked.flatMap((python) => (python ? [[python.path, python] as const] : [])));
  return [...byPath.values()].sort((one, other) => compareVersions(other.version, one.version));
}

async function ask(path: string, environment: Environment): Promise<Python | undefined> {
  try {
    const options = { env: { ...environment }, timeout: PATIENCE_MILLISECONDS };
    const { stdout } = await run(path, ['-I', '-c', PROGRAM], options);
    const [text = '', ...rest] = stdout.trim().split(' ');
    const version = parseVersion(text);
    return version && { version, text, path: rest.join(' ') };
  } catch {
    return undefined;
  }
}

/** Debian has these two in a package of their own. */
async function hasVenv({ path }: Python): Promise<boolean> {
  return run(path, ['-I', '-c', 'import venv, ensurepip'], { timeout: PATIENCE_MILLISECONDS }).then(
    () => true,
    () => false,
  );
}
