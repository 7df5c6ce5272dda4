import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Manifest, type Target, toNames, toTrackingPath, UserError } from '@create-mlops-model/core';
import { openDisk } from './disk.ts';
import type { Http } from './http.ts';
import type { Environment } from './http-agents.ts';
import type { Shell } from './shell.ts';

/** Who may sign in to the sandbox. */
export interface SandboxIdentity {
  /** `you`, `colleague`, `administrator`, `reader`, `pipelines`. */
  readonly key: string;
  readonly displayName: string;
  readonly account: string;
  readonly token: string;
}

/** What a running sandbox says of itself in `sandbox.json`. */
export interface RunningSandbox {
  readonly pid: number;
  readonly version: string;
  readonly addresses: {
    readonly azureDevOps: string;
    readonly databricks: string;
    readonly registry: string;
    readonly tracking: string;
  };
  readonly identities: readonly SandboxIdentity[];
}

/** The sandbox's folder: `MLOPS_SANDBOX_HOME`, or one per person. */
export function toSandboxHome(environment: Environment): string {
  const state = environment.XDG_STATE_HOME || join(environment.HOME || homedir(), '.local', 'state');
  return environment.MLOPS_SANDBOX_HOME || join(state, 'create-mlops-model', 'sandbox');
}

/** The sandbox that runs in this folder, if one does. */
export function findSandbox(home: string): RunningSandbox | undefined {
  const text = openDisk(home).find('sandbox.json')?.contents;
  if (text === undefined) return undefined;
  const sandbox = JSON.parse(text) as RunningSandbox;
  return isSandbox(sandbox.pid) ? sandbox : undefined;
}

/** How to find and start the sandbox. */
export interface SandboxOptions {
  readonly home: string;
  /** Version of this CLI; the sandbox is fetched in the same one. */
  readonly version: string;
  readonly environment: Environment;
  readonly shell: Shell;
  /** First port; the default is the last one used, or a free one. */
  readonly port?: number;
}

/** Longest time from start to ready. */
const READY_WITHIN = 20_000;

/** Starts the sandbox in the background, or takes the running one. Its log is `sandbox.log` in its folder. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const running = findSandbox(options.home);
  if (running) return running;
  if (process.platform === 'win32') throw noWindows();
  const bin = await findProgram(options);
  const disk = openDisk(options.home);
  disk.write('sandbox.log', { contents: '', executable: false });
  const log = disk.open('sandbox.log');
  const port = options.port === undefined ? [] : ['--port', String(options.port)];
  const child = spawn(process.execPath, [bin, 'start', '--home', options.home, ...port], {
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor],
    env: options.environment as NodeJS.ProcessEnv,
  });
  log.close();
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.unref();
  for (let waited = 0; waited < READY_WITHIN && !ended; waited += 25) {
    const started = findSandbox(options.home);
    if (started) return started;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw notStarted(options.home);
}

/** The sandbox's clock, which runs on from where it was set forward to. */
export async function readClock({ addresses }: RunningSandbox, http: Http): Promise<Date> {
  const { text } = await http.send({ method: 'GET', url: `${addresses.azureDevOps}/_sandbox/clock` });
  return new Date((JSON.parse(text) as { readonly now: string }).now);
}

/** Sets the sandbox's clock forward; what falls due in between starts. */
export async function setClock({ addresses }: RunningSandbox, http: Http, now: Date): Promise<void> {
  const url = `${addresses.azureDevOps}/_sandbox/clock`;
  const headers = { 'content-type': 'application/json' };
  await http.send({ method: 'PUT', url, headers, body: JSON.stringify({ now: now.toISOString() }), repeatable: true });
}

/** The file by which `kubectl` calls the sandbox's cluster as you. */
export function toKubeconfigPath(home: string): string {
  return join(home, 'kubeconfig');
}

/** Where a service of the sandbox's cluster is reached from this machine; `undefined`: there is no such service. */
export async function findServiceUrl(
  { addresses }: RunningSandbox,
  http: Http,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  const { text } = await http.send({ method: 'GET', url: `${addresses.azureDevOps}/_sandbox/cluster/services` });
  const services = JSON.parse(text) as readonly { namespace: string; name: string; url: string }[];
  return services.find((each) => each.namespace === namespace && each.name === name)?.url;
}

/** Ends the running sandbox and waits until it is gone. @returns whether one ran */
export async function stopSandbox(home: string): Promise<boolean> {
  const running = findSandbox(home);
  if (!running) return false;
  process.kill(running.pid, 'SIGTERM');
  while (isSandbox(running.pid)) await new Promise((resolve) => setTimeout(resolve, 25));
  return true;
}

/** Forgets everything the sandbox holds. It must not run. */
export function resetSandbox(home: string): void {
  openDisk(home).removeAll(['state', 'git', 'sandbox.json', 'sandbox.log', 'kubeconfig']);
}

/** The manifest's Azure, mapped to the running sandbox. Empty names get the sandbox's own. */
export function sandboxTarget(manifest: Manifest, sandbox: RunningSandbox): Target {
  const organization = manifest.devops.organization.replace(/\/+$/, '').split('/').at(-1) || 'sandbox';
  return {
    kind: 'sandbox',
    organization,
    organizationUrl: `${sandbox.addresses.azureDevOps}/${organization}`,
    project: manifest.devops.project || 'mlops',
    databricksHost: sandbox.addresses.databricks,
    trackingUri: `${sandbox.addresses.tracking}${toTrackingPath(toWorkspace(manifest))}`,
    registryServer: new URL(sandbox.addresses.registry).host,
  };
}

/** The manifest's machine-learning workspace; what it leaves open is named after the model. */
function toWorkspace(manifest: Manifest): Parameters<typeof toTrackingPath>[0] {
  const { subscription, resourceGroup, workspace } = manifest.azure;
  const { model } = toNames(manifest);
  return {
    subscription: subscription || '00000000-0000-0000-0000-000000000000',
    resourceGroup: resourceGroup || model,
    workspace: workspace || model,
  };
}

/**
 * Whether the process is a sandbox that runs. Its number alone proves little: a killed process keeps it until its parent
 * has taken note, and later another program may get it.
 */
function isSandbox(pid: number): boolean {
  if (!isAlive(pid)) return false;
  // Where there is no /proc (macOS), the number has to do.
  const line = openDisk(`/proc/${pid}`).find('cmdline')?.contents;
  return line === undefined || (line.includes('\0start\0') && line.includes('\0--home\0'));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The sandbox's program: installed beside this CLI, or fetched once into a cache in the same version. */
async function findProgram(options: SandboxOptions): Promise<string> {
  const beside = findInstalled();
  if (beside) return beside;
  const cache = join(
    options.environment.HOME || homedir(),
    '.cache',
    'create-mlops-model',
    `sandbox-${options.version}`,
  );
  const program = join(cache, 'node_modules', 'create-mlops-model-sandbox', 'bin.js');
  if (!openDisk(cache).exists('node_modules/create-mlops-model-sandbox/bin.js')) {
    openDisk(cache).write('package.json', { contents: '{"private":true}\n', executable: false });
    const wanted = `create-mlops-model-sandbox@${options.version}`;
    const result = await options.shell.run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', wanted], {
      folder: cache,
      timeout: 180_000,
    });
    if (result.exitCode !== 0) throw notFetched(wanted, result.stderr);
  }
  return program;
}

function findInstalled(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve('create-mlops-model-sandbox/bin.js'));
  } catch {
    return undefined;
  }
}

function noWindows(): UserError {
  return new UserError(
    'failed',
    {
      en: 'The sandbox does not run on Windows itself: git over HTTP and the agent need a POSIX system.',
      fr: 'Le bac à sable ne fonctionne pas sous Windows même\u00a0: git par HTTP et l’agent demandent un système POSIX.',
    },
    {
      en: 'Run the command in WSL or in the dev container, or give --target azure.',
      fr: 'Lancez la commande dans WSL ou dans le conteneur de développement, ou donnez --target azure.',
    },
  );
}

function notStarted(home: string): UserError {
  const log = join(home, 'sandbox.log');
  const said = openDisk(home).find('sandbox.log')?.contents.trim().split('\n').slice(-3).join('\n') ?? '';
  return new UserError(
    'failed',
    { en: `The sandbox did not start. ${said}`, fr: `Le bac à sable n’a pas démarré. ${said}` },
    { en: `Its log is ${log}.`, fr: `Son journal est ${log}.` },
  );
}

function notFetched(wanted: string, said: string): UserError {
  return new UserError(
    'unreachable',
    {
      en: `npm could not fetch ${wanted}: ${said.trim()}`,
      fr: `npm n’a pas pu télécharger ${wanted}\u00a0: ${said.trim()}`,
    },
    {
      en: 'Check the network and the registry that npm uses, then run the command again.',
      fr: 'Vérifiez le réseau et le registre de npm, puis relancez la commande.',
    },
  );
}
