import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unmountBelow } from './unmount-below.ts';

const run = promisify(execFile);

/** Debian's release, and what the image holds beyond the least: Python as `python`, and where certificates lie. */
const SUITE = 'bookworm';
const PACKAGES = ['python3', 'python3-venv', 'python-is-python3', 'ca-certificates'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** Settings of pip that name places outside this machine; others, such as folders of wheels, mean nothing in an image. */
const PIP_SETTINGS = new Set(['index-url', 'extra-index-url', 'trusted-host', 'proxy', 'timeout', 'default-timeout']);

/**
 * The base image as an archive, made once from Debian's own packages.
 * It is what a company's base image is: Python, the company's certificates, and where its packages come from.
 * @returns the path of a tar file with the image's only layer
 */
export async function ensureBaseImage(): Promise<string> {
  const [certificates, pip, mirror] = await Promise.all([readFile(CERTIFICATES), readPipSettings(), findMirror()]);
  const recipe = JSON.stringify([2, SUITE, PACKAGES, pip]);
  const key = createHash('sha256').update(recipe).update(certificates).digest('hex').slice(0, 16);
  const folder = join(homedir(), '.cache', 'create-mlops-model', 'containers');
  const archive = join(folder, `base-${key}.tar`);
  if (existsSync(archive)) return archive;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'making-'));
  try {
    const root = join(work, 'root');
    const options = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root, mirror];
    await run('debootstrap', options, { maxBuffer: 64 * 1024 * 1024 });
    await copyFile(CERTIFICATES, join(root, CERTIFICATES));
    await writeFile(join(root, 'etc/pip.conf'), `[global]\ncert = ${CERTIFICATES}\n`);
    await appendFile(join(root, 'etc/pip.conf'), pip.map((line) => `${line}\n`).join(''));
    await run('tar', ['--directory', root, ...LEFT_OUT, '--create', '--file', join(work, 'base.tar'), '.']);
    // Whoever is first wins; the archive is whole before it has its name.
    await rename(join(work, 'base.tar'), archive);
  } finally {
    await unmountBelow(work);
    await rm(work, { recursive: true, force: true });
  }
  return archive;
}

/** What the image does without. debootstrap leaves its mount of `/proc` behind. */
const LEFT_OUT = ['./proc/*', './sys/*', './dev/*', './var/cache/apt/*', './var/lib/apt/lists/*', './usr/share/doc/*']
  .concat('./usr/share/locale/*', './usr/share/man/*')
  .map((path) => `--exclude=${path}`);

/** `index-url = …` and the like, as this machine's pip has them. */
async function readPipSettings(): Promise<readonly string[]> {
  const { stdout } = await run('python3', ['-m', 'pip', 'config', 'list']);
  return stdout.split('\n').flatMap((line) => {
    const [, key, value] = /^\S*\.([a-z-]+)='(.*)'$/.exec(line) ?? [];
    if (key === undefined || value === undefined || !PIP_SETTINGS.has(key)) return [];
    return [`${key.replace('default-timeout', 'timeout')} = ${value}`];
  });
}

/** Where this machine's own packages come from. */
async function findMirror(): Promise<string> {
  const format = ['--format', '$(CODENAME) $(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = await run('apt-get', ['indextargets', ...format]);
  const found = stdout.split('\n').find((line) => line.startsWith(`${SUITE} `));
  if (found === undefined) throw new Error(`apt has no source for ${SUITE}, which the base image is made of.`);
  return found.slice(SUITE.length + 1).trim();
}
