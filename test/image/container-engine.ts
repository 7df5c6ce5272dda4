import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../../packages/sandbox/src/free-port.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { hasTool } from '../require-tool.ts';
import { ensureBaseImage } from './base-image.ts';
import { endChild, startChild } from './child.ts';
import { startPodman } from './podman.ts';
import { waitFor } from './waiting.ts';

const run = promisify(execFile);

/** A container engine and an image registry of a test's own: nothing of the machine's is read or written. */
export interface ContainerEngine {
  /** `host:port` of the registry; it asks for a name and a password. */
  readonly registry: string;
  /** The base image in the registry, without its tag's digest. */
  readonly base: string;
  /** The folder in which the registry keeps every layer that was pushed. */
  readonly images: string;
  /** What a program needs in its environment to work with both: `docker`, and an `az` that can sign in to the registry. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `docker`. @returns what it printed, without the last line's end */
  readonly docker: (...args: string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** What an engine is made of. */
export const PROGRAMS = ['docker', 'podman', 'buildah', 'runc', 'netavark', 'docker-registry', 'debootstrap', 'skopeo'];

/** Whether this machine can build and run containers: it takes root, because a base image is made from packages. */
export function canRunContainers(): boolean {
  const places = `${process.env.PATH}:/usr/sbin:/sbin:/usr/lib/podman`;
  return process.getuid?.() === 0 && PROGRAMS.every((program) => hasTool(program, places));
}

/** Starts engine and registry, with the base image in the registry. */
export async function startContainerEngine(): Promise<ContainerEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'containers-'));
  const port = await findFreePort();
  // By this name: podman's answer to `docker login` speaks plain HTTP with `localhost` alone (pkg/api/handlers/compat/auth.go).
  const registry = `localhost:${port}`;
  const secret = { REGISTRY_USER: 'push', REGISTRY_PASSWORD: randomBytes(18).toString('base64url') };
  await writeSettings(folder, port, secret);
  const child = startChild(folder, 'registry', ['docker-registry', 'serve', join(folder, 'registry.yml')], {});
  const podman = await startPodman(folder, registry);
  const env = {
    ...podman.env,
    // The test's own `az` comes first.
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    REGISTRY_ADDRESS: registry,
    ...secret,
  };
  const { docker } = podman;
  const stop = async () => {
    await podman.stop();
    await endChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor('the registry', () => fetch(`http://${registry}/v2/`).then(({ status }) => status === 401));
    await createNetwork(docker);
    const base = await pushBase(registry, secret, folder);
    return { registry, base, images: join(folder, 'registry'), env, docker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeSettings(folder: string, port: number, secret: Secret): Promise<void> {
  await mkdir(join(folder, 'bin'));
  const quote = JSON.stringify;
  const files = {
    'registry.yml': `version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: ${quote(join(folder, 'registry'))} } }
http: { addr: "127.0.0.1:${port}" }
auth: { htpasswd: { realm: registry, path: ${quote(join(folder, 'htpasswd'))} } }
`,
    htpasswd: `${secret.REGISTRY_USER}:${await hashPassword(secret.REGISTRY_PASSWORD)}\n`,
    'bin/az': `#!/bin/sh\nexec python3 ${join(ROOT, 'test/image/az.py')} "$@"\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: name === 'bin/az' ? 0o755 : 0o600 });
  }
}

type Secret = Readonly<Record<'REGISTRY_USER' | 'REGISTRY_PASSWORD', string>>;

/** As bcrypt, the only form that the registry takes; Debian's C library knows it, and Perl is always there. */
async function hashPassword(password: string): Promise<string> {
  const salt = `$2b$05$${randomBytes(16).toString('hex').slice(0, 22)}`;
  const env = { ...process.env, PASSWORD: password, SALT: salt };
  const { stdout } = await run('perl', ['-e', 'print crypt($ENV{PASSWORD}, $ENV{SALT})'], { env });
  if (!stdout.startsWith('$2b$')) throw new Error('this machine’s crypt(3) knows no bcrypt');
  return stdout;
}

/** The network that containers are started in. */
export const NETWORK = 'services';

/** By chance, so that two engines on one machine do not give the same address twice. */
export async function createNetwork(docker: ContainerEngine['docker']): Promise<void> {
  const subnet = `10.${randomInt(100, 250)}.${randomInt(0, 250)}.0/24`;
  const bridge = `com.docker.network.bridge.name=mlops${randomBytes(3).toString('hex')}`;
  await docker('network', 'create', '--subnet', subnet, '--opt', bridge, NETWORK);
}

/** Puts the base image into the registry, past the engine: it is to be pulled like any other. */
async function pushBase(registry: string, secret: Secret, folder: string): Promise<string> {
  const base = `${registry}/python:3.11-slim`;
  const layout = join(folder, 'base');
  await run('python3', [join(ROOT, 'test/image/write_layout.py'), await ensureBaseImage(), layout]);
  const authFile = join(folder, 'skopeo.json');
  const auth = Buffer.from(`${secret.REGISTRY_USER}:${secret.REGISTRY_PASSWORD}`).toString('base64');
  await writeFile(authFile, JSON.stringify({ auths: { [registry]: { auth } } }), { mode: 0o600 });
  const options = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', '--authfile', authFile];
  await run('skopeo', [...options, `oci:${layout}`, `docker://${base}`]);
  await rm(layout, { recursive: true });
  return base;
}
