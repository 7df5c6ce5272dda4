import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { signalGroup } from '../../agent/run/process-groups.ts';
import { findFreePort } from '../../free-port.ts';
import type { Registry } from '../../registry/registry.ts';
import { openStore } from '../../store.ts';
import { ARCHITECTURE, type UnpackedImage, unpackImage } from './image-files.ts';
import { parseImage } from './parse-image.ts';
import { type PodRuntime, PullError, type RunningContainer, StartError, type StartOrder } from './pod-runtime.ts';
import { type Place, relocate } from './relocate.ts';

/** What the runtime needs from the sandbox around it. */
export interface ProcessRuntimeContext {
  readonly registry: Registry;
  /** `host:port` of the registry, under each of its names. */
  readonly registryHosts: () => readonly string[];
  /** Holds unpacked images and the containers' own folders. */
  readonly folder: string;
}

/** A process that was started, to be ended if the sandbox dies before it. */
interface StartedProcess {
  readonly pid: number;
  /** When it started, as `ps` says it: the number may belong to somebody else by now. */
  readonly started: string;
}

/**
 * Runs the image's process on this machine, without a container: it sees this machine's files and network. Only images
 * of the sandbox's own registry can be run so.
 */
export function makeProcessRuntime({ registry, registryHosts, folder }: ProcessRuntimeContext): PodRuntime {
  const images = new Map<string, UnpackedImage>();
  const pulls = new Map<string, Promise<UnpackedImage>>();
  const processes = openStore<StartedProcess[]>(folder, 'processes', () => []);
  const forget = (pid: number) => {
    processes.data = processes.data.filter((process) => process.pid !== pid);
    processes.save();
  };
  return {
    async pull(image) {
      const { host, repository, reference } = parseImage(image);
      if (!registryHosts().includes(host)) {
        throw new PullError(
          `${image}: without a container engine, only images of the registry ${registryHosts()[0]} can be run`,
        );
      }
      // Pods of one image start at the same time; it is unpacked once.
      const key = `${repository}@${reference}`;
      const unpacking = pulls.get(key) ?? unpackImage(registry, repository, reference, join(folder, 'images'));
      pulls.set(key, unpacking);
      const unpacked = await unpacking.finally(() => pulls.delete(key));
      const id = `${host}/${repository}@${unpacked.digest}`;
      images.set(id, unpacked);
      return { reference: image, id };
    },
    async start(order) {
      const image = images.get(order.image.id);
      if (!image) throw new StartError(`the image ${order.image.reference} is not here`);
      const running = await startProcess(order, image, join(folder, 'scratch', order.pod.uid));
      const { pid } = running;
      processes.data = [...processes.data, { pid, started: readStart(pid) }];
      processes.save();
      void running.ended.then(() => forget(pid));
      return running;
    },
    async recover() {
      for (const { pid, started } of processes.data)
        if (started !== '' && readStart(pid) === started) signalGroup(pid, 'SIGKILL');
      processes.data = [];
      processes.save();
      rmSync(join(folder, 'scratch'), { recursive: true, force: true });
    },
  };
}

async function startProcess(
  order: StartOrder,
  image: UnpackedImage,
  scratch: string,
): Promise<RunningContainer & { pid: number }> {
  const { container } = order;
  const { architecture, config = {} } = image.config;
  const ports = await givePorts(order, config.ExposedPorts);
  const place: Place = { root: image.root, ports };
  const [program, ...rest] = [
    ...(container.command ?? config.Entrypoint ?? []),
    ...(container.args ?? (container.command ? [] : (config.Cmd ?? []))),
  ];
  if (program === undefined) throw new StartError('no command specified');
  if (architecture !== undefined && architecture !== '' && architecture !== ARCHITECTURE) {
    throw new StartError(
      `exec ${program}: exec format error (the image is for ${architecture}, this machine is ${ARCHITECTURE})`,
    );
  }
  const environment = toEnvironment(order, config.Env ?? [], place, scratch);
  const directory = join(image.root, container.workingDir ?? config.WorkingDir ?? '/');
  const child = spawn(
    relocate(program, place),
    rest.map((argument) => relocate(argument, place)),
    {
      cwd: existsSync(directory) ? directory : image.root,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child.stdout.on('data', (chunk: Buffer) => order.onOutput('stdout', chunk));
  child.stderr.on('data', (chunk: Buffer) => order.onOutput('stderr', chunk));
  const ended = new Promise<{ exitCode: number; signal?: number }>((resolve) => {
    child.once('close', (code, signal) => {
      const number = signal === null ? undefined : constants.signals[signal];
      resolve(number === undefined ? { exitCode: code ?? 1 } : { exitCode: 128 + number, signal: number });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new StartError(`exec: "${program}": ${error.message}`)));
  });
  const pid = child.pid as number;
  return {
    pid,
    id: `process://${randomBytes(32).toString('hex')}`,
    isContained: false,
    findPort: (port) => ports.get(port),
    ended,
    kill: (signal) => signalGroup(pid, signal),
    exec: (command, milliseconds) => runInPlace(command, place, environment, directory, milliseconds),
  };
}

/** The variables of image and pod, and nothing of the sandbox's own but where programs lie. */
function toEnvironment({ environment, mounts }: StartOrder, image: readonly string[], place: Place, scratch: string) {
  const folder = mkdirSync(scratch, { recursive: true, mode: 0o700 }) ?? scratch;
  for (const { path, content } of mounts) {
    if (content === 'empty') continue;
    throw new StartError(
      `mounting ${path}: without a container engine, only empty folders can be mounted (in ${folder})`,
    );
  }
  const variables = Object.fromEntries(
    image.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const all: Record<string, string> = { HOME: scratch, TMPDIR: scratch, ...variables, ...environment };
  const moved = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, relocate(value, place)]));
  const path = (all.PATH ?? '').split(':').map((entry) => relocate(entry, place));
  const own = path.filter((entry) => entry.startsWith(place.root));
  return { ...moved, PATH: [...own, process.env.PATH ?? '/usr/bin:/bin'].join(delimiter) };
}

async function givePorts(
  { container }: StartOrder,
  exposed: Readonly<Record<string, unknown>> = {},
): Promise<ReadonlyMap<number, number>> {
  const wanted = [
    ...(container.ports ?? []).map(({ containerPort }) => containerPort),
    ...Object.keys(exposed).map(Number.parseFloat),
  ];
  const ports = new Map<number, number>();
  for (const port of new Set(wanted)) ports.set(port, await findFreePort());
  return ports;
}

function runInPlace(
  command: readonly string[],
  place: Place,
  env: NodeJS.ProcessEnv,
  cwd: string,
  milliseconds: number,
): Promise<number> {
  const [program = '', ...rest] = command.map((part) => relocate(part, place));
  return new Promise((resolve) => {
    const child = spawn(program, rest, { env, cwd, stdio: 'ignore', timeout: milliseconds, killSignal: 'SIGKILL' });
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 124));
  });
}

function readStart(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    }).trim();
  } catch {
    // ps ends with 1 when there is no such process.
    return '';
  }
}
