import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../../store.ts';
import { parseImage } from './parse-image.ts';
import { type PodRuntime, PullError, type RunningContainer, StartError, type StartOrder } from './pod-runtime.ts';

const run = promisify(execFile);

/** What the runtime needs from the sandbox around it. */
export interface ContainerRuntimeContext {
  /** Holds the engine's sign-in to the registry, and files of ConfigMaps. */
  readonly folder: string;
  /** `host:port` of the sandbox's registry, under each of its names. */
  readonly registryHosts: () => readonly string[];
  /** A name and a password for the registry. */
  readonly signIn: () => { readonly user: string; readonly password: string };
  /** What `docker` finds its engine by. */
  readonly environment: NodeJS.ProcessEnv;
  /** Network of the containers; absent: the engine's own. */
  readonly network?: string;
}

/** Whether `docker` reaches an engine: Docker's, or Podman's under `DOCKER_HOST`. */
export async function hasEngine(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const asked = run('docker', ['version', '--format', '{{.Server.Version}}'], { env: environment, timeout: 10_000 });
  return asked.then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  );
}

/** Runs containers with the machine's engine, through `docker`. */
export function makeContainerRuntime(context: ContainerRuntimeContext): PodRuntime {
  const { folder } = context;
  // Which of the engine's containers are this sandbox's.
  const label = `create-mlops-model-sandbox=${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const used = openStore<{ used: boolean }>(folder, 'containers', () => ({ used: false }));
  const config = join(folder, 'docker');
  mkdirSync(config, { recursive: true, mode: 0o700 });
  const env = { ...context.environment, DOCKER_CONFIG: config };
  const docker = async (args: readonly string[], input = '') => {
    const running = run('docker', [...args], { env, maxBuffer: 16 * 1024 * 1024 });
    // A call that takes no input may end before it was offered any.
    running.child.stdin?.on('error', () => undefined);
    running.child.stdin?.end(input);
    return (await running).stdout.trim();
  };
  return {
    async pull(image) {
      const { host } = parseImage(image);
      try {
        if (context.registryHosts().includes(host)) {
          const { user, password } = context.signIn();
          await docker(['login', host, '--username', user, '--password-stdin'], password);
        }
        await docker(['pull', '--quiet', image]);
        return { reference: image, id: await docker(['inspect', '--type', 'image', '--format', '{{.Id}}', image]) };
      } catch (error) {
        throw new PullError(toText(error));
      }
    },
    async start(order) {
      used.data = { used: true };
      used.save();
      const name = `mlops-${order.pod.uid.slice(0, 8)}-${order.restarts}-${randomBytes(3).toString('hex')}`;
      try {
        const id = await docker([
          'run',
          '--detach',
          '--name',
          name,
          '--label',
          label,
          ...toOptions(context, order, name),
        ]);
        const running = await attach(docker, env, id, order);
        void running.ended.then(() => rmSync(toFolder(context, name), { recursive: true, force: true }));
        return running;
      } catch (error) {
        await docker(['rm', '--force', name]).catch(() => '');
        rmSync(toFolder(context, name), { recursive: true, force: true });
        throw new StartError(toText(error));
      }
    },
    async recover() {
      if (!used.data.used) return;
      const left = (await docker(['ps', '--all', '--quiet', '--filter', `label=${label}`])).split('\n').filter(Boolean);
      if (left.length > 0) await docker(['rm', '--force', ...left]);
    },
  };
}

type Docker = (args: readonly string[], input?: string) => Promise<string>;

/** Files that a container is started with. */
function toFolder({ folder }: ContainerRuntimeContext, name: string): string {
  return join(folder, 'files', name);
}

function toOptions(context: ContainerRuntimeContext, order: StartOrder, name: string): string[] {
  const { network } = context;
  const { container, environment, mounts, pod, user, image } = order;
  const { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } = container.securityContext ?? {};
  const files = toFolder(context, name);
  mkdirSync(files, { recursive: true, mode: 0o755 });
  // In a file: an argument could be read by everybody.
  writeFileSync(join(files, 'environment'), toLines(environment), { mode: 0o600 });
  const [command, ...rest] = container.command ?? [];
  return [
    ...['--hostname', pod.name.slice(0, 63), '--env-file', join(files, 'environment')],
    ...(network === undefined ? [] : ['--network', network]),
    ...(container.ports ?? []).flatMap(({ containerPort }) => ['--publish', `127.0.0.1::${containerPort}`]),
    ...(readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
    ...(capabilities?.drop ?? []).flatMap((capability) => ['--cap-drop', capability]),
    ...(user === undefined ? [] : ['--user', user]),
    ...(container.workingDir === undefined ? [] : ['--workdir', container.workingDir]),
    ...mounts.flatMap((mount, at) => toMount(mount, join(files, String(at)))),
    ...(command === undefined ? [] : ['--entrypoint', command]),
    image.reference,
    ...rest,
    ...(container.args ?? []),
  ];
}

function toMount({ path, content }: StartOrder['mounts'][number], folder: string): string[] {
  if (content === 'empty') return ['--tmpfs', path];
  mkdirSync(folder, { mode: 0o755 });
  for (const [name, text] of Object.entries(content.files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
  return ['--volume', `${folder}:${path}:ro`];
}

/** @throws StartError for a value that has no place in such a file */
function toLines(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (value.includes('\n')) throw new StartError(`the variable ${name} has more than one line`);
    return `${name}=${value}\n`;
  });
  return lines.join('');
}

async function attach(
  docker: Docker,
  env: NodeJS.ProcessEnv,
  id: string,
  order: StartOrder,
): Promise<RunningContainer> {
  const ports = new Map<number, number>();
  for (const { containerPort } of order.container.ports ?? []) {
    // A container that has ended already has no ports any more; it is not an error to start it.
    const address = await docker(['port', id, `${containerPort}/tcp`]).catch(() => '');
    ports.set(containerPort, Number(address.split('\n')[0]?.split(':').at(-1) ?? 0));
  }
  const logs = spawn('docker', ['logs', '--follow', id], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  logs.stdout.on('data', (chunk: Buffer) => order.onOutput('stdout', chunk));
  logs.stderr.on('data', (chunk: Buffer) => order.onOutput('stderr', chunk));
  return {
    id: `docker://${id}`,
    isContained: true,
    findPort: (port) => ports.get(port),
    ended: waitFor(docker, id, logs),
    kill(signal) {
      // It may be gone already.
      void docker(['kill', '--signal', signal, id]).catch(() => '');
    },
    exec: (command, milliseconds) =>
      new Promise((resolve) => {
        const child = spawn('docker', ['exec', id, ...command], { env, stdio: 'ignore', timeout: milliseconds });
        child.once('error', () => resolve(127));
        child.once('close', (code) => resolve(code ?? 124));
      }),
  };
}

async function waitFor(docker: Docker, id: string, logs: ChildProcess): Promise<{ exitCode: number }> {
  const told = new Promise((resolve) => logs.once('close', resolve));
  const exitCode = Number(await docker(['wait', id]).catch(() => '137'));
  await told;
  await docker(['rm', '--force', id]).catch(() => '');
  return { exitCode };
}

function toText(error: unknown): string {
  const { stderr = '', message } = error as Error & { readonly stderr?: string };
  return stderr.trim().split('\n').slice(-2).join(' ') || message;
}
