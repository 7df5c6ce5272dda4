import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { compareVersions, parseVersion, type Version } from './version-range.ts';

/** An interpreter on this machine. */
export interface Python {
  readonly version: Version;
  /** `3.12.1` */
  readonly text: string;
  /** The program itself, not what started it. */
  readonly path: string;
}

const PROGRAM = 'import platform, sys; print(platform.python_version(), sys.executable)';
/** One that does not answer is none. */
const PATIENCE_MILLISECONDS = 15_000;

/**
 * The Pythons of this machine, newest first: `python3` and `python3.N` on PATH, and those that pyenv and uv keep
 * beside it. Each is asked, because a shim on PATH may stand for nothing.
 */
export async function findPythons(environment: Readonly<Record<string, string>>): Promise<readonly Python[]> {
  const folders = [...(environment.PATH ?? '').split(delimiter), ...(await listKeptFolders(environment))];
  const paths = (await Promise.all(folders.filter((folder) => folder !== '').map(listPrograms))).flat();
  const asked = await Promise.all(paths.map((path) => ask(path, environment)));
  const byPath = new Map(asked.flatMap((python) => (python ? [[python.path, python] as const] : [])));
  return [...byPath.values()].sort((one, other) => compareVersions(other.version, one.version));
}

async function listKeptFolders({
  HOME = '',
  PYENV_ROOT,
}: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const roots = [join(PYENV_ROOT ?? join(HOME, '.pyenv'), 'versions'), join(HOME, '.local', 'share', 'uv', 'python')];
  const found = await Promise.all(roots.map(async (root) => (await list(root)).map((name) => join(root, name, 'bin'))));
  return found.flat();
}

async function listPrograms(folder: string): Promise<readonly string[]> {
  return (await list(folder)).filter((name) => /^python3(\.\d+)?$/.test(name)).map((name) => join(folder, name));
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

function ask(path: string, environment: Readonly<Record<string, string>>): Promise<Python | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['-I', '-c', PROGRAM], { env: environment, timeout: PATIENCE_MILLISECONDS }, (error, stdout) => {
      const [text = '', ...rest] = stdout.trim().split(' ');
      const version = parseVersion(text);
      resolve(error || !version ? undefined : { version, text, path: rest.join(' ') });
    });
  });
}
