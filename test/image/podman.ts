import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endChild, startChild } from './child.ts';
import { unmountBelow } from './unmount-below.ts';
import { waitFor } from './waiting.ts';

const run = promisify(execFile);

/** A podman of a test's own: nothing of the machine's images, networks or settings is read or written. */
export interface Podman {
  /** What `docker` and `podman` need in their environment to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `docker`. @returns what it printed, without the last line's end */
  readonly docker: (...args: string[]) => Promise<string>;
  /** Ends all containers, then podman; the folder can be removed then. */
  readonly stop: () => Promise<void>;
}

/** Starts podman in a folder. @param registry `localhost:port` of the registry that it may speak plain HTTP with */
export async function startPodman(folder: string, registry: string): Promise<Podman> {
  await writeSettings(folder, registry);
  const socket = `unix://${join(folder, 'podman.sock')}`;
  const settings = {
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
    // The kernel here has the cgroups of two generations at once, which buildah's other isolations refuse.
    BUILDAH_ISOLATION: 'chroot',
    TMPDIR: join(folder, 'tmp'),
  };
  // Not for the service: it would sign in with what the client was not given.
  const env = { ...settings, DOCKER_HOST: socket, DOCKER_CONFIG: join(folder, 'docker') };
  const child = startChild(folder, 'podman', ['podman', 'system', 'service', '--time=0', socket], settings);
  const docker = async (...args: string[]) => {
    const { stdout } = await run('docker', args, { env: { ...process.env, ...env }, maxBuffer: 256 * 1024 * 1024 });
    return stdout.trimEnd();
  };
  const stop = async () => {
    const containers = (await docker('ps', '--all', '--quiet').catch(() => '')).split('\n').filter(Boolean);
    if (containers.length > 0) await docker('rm', '--force', ...containers);
    await endChild(child);
    await unmountBelow(folder);
  };
  try {
    await waitFor('podman', () => docker('version').then(() => true));
    return { env, docker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeSettings(folder: string, registry: string): Promise<void> {
  for (const name of ['tmp', 'docker', 'networks']) await mkdir(join(folder, name));
  const quote = JSON.stringify;
  const files = {
    // Limits that this machine lets a child have; without them the runtime asks for more and is refused.
    'containers.conf': `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = ${quote(join(folder, 'libpod'))}
[network]
network_backend = "netavark"
network_config_dir = ${quote(join(folder, 'networks'))}
`,
    'storage.conf': `[storage]
driver = "overlay"
graphroot = ${quote(join(folder, 'storage'))}
runroot = ${quote(join(folder, 'run'))}
`,
    'registries.conf': `[[registry]]\nlocation = ${quote(registry)}\ninsecure = true\n`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
}
