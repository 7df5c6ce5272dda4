import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  PRODUCT_NODE,
  type ProductOptions,
  type Ran,
  runProduct,
  SANDBOX,
  startProduct,
  toEnvironment,
} from './product.ts';

/** Who may sign in. */
export type Who = 'you' | 'colleague' | 'administrator' | 'reader' | 'pipelines';

/** One request that the sandbox answered. */
export interface Request {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly who: string | null;
}

/** A running sandbox of one test file, and a folder for everything. */
export interface OwnSandbox {
  /** Empty at first; gone at the end. */
  readonly root: string;
  /** Folder of the sandbox's state: `MLOPS_SANDBOX_HOME`. */
  readonly home: string;
  readonly azureDevOps: string;
  readonly databricks: string;
  tokenOf(who: Who): string;
  /** All tokens, for looking whether one got out. */
  tokens(): readonly string[];
  /** Options for a run of the product: a fresh home, the sandbox's home, and somebody's tokens in the environment. */
  options(cwd: string, who?: Who, env?: Readonly<Record<string, string>>): ProductOptions;
  /** Runs the product to its end. */
  run(args: readonly string[], cwd: string, who?: Who, env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Starts the product. */
  start(args: readonly string[], cwd: string, who?: Who): ReturnType<typeof startProduct>;
  /** Calls a switch under `/_sandbox/`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  control(method: string, path: string, body?: unknown): Promise<any>;
  /** Asks the local Azure DevOps, below the organisation; throws unless it answers with 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  devOps(method: string, path: string, body?: unknown): Promise<any>;
  /** Asks the local Databricks. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  workspace(method: string, path: string, body?: unknown): Promise<any>;
  /** Requests since the last `DELETE requests`. */
  requests(): Promise<readonly Request[]>;
  /** Runs git as somebody, the credential in its environment. */
  git(folder: string, args: readonly string[], who?: Who): Promise<Ran>;
  /** Ends it and starts it again with the same state. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  stop(): Promise<void>;
}

const execute = promisify(execFile);

/** Starts a sandbox on free ports in a temporary folder. @param more added to its environment */
export async function startOwnSandbox(more: Readonly<Record<string, string>> = {}): Promise<OwnSandbox> {
  const root = mkdtempSync(join(tmpdir(), 'mlops-e2e-'));
  const home = join(root, 'sandbox');
  const port = await findFreePair();
  let child = await launch(root, home, port, more);
  const described = JSON.parse(readFileSync(join(home, 'sandbox.json'), 'utf8')) as Described;
  const { azureDevOps, databricks } = described.addresses;
  const tokenOf = (who: Who) => described.identities.find(({ key }) => key === who)?.token ?? '';
  const options: OwnSandbox['options'] = (cwd, who, env = {}) => ({
    cwd,
    home: join(root, 'homes', who ?? 'nobody'),
    env: {
      MLOPS_SANDBOX_HOME: home,
      ...(who ? { AZURE_DEVOPS_EXT_PAT: tokenOf(who), DATABRICKS_TOKEN: tokenOf(who) } : {}),
      ...env,
    },
  });
  const ask = (url: string, method: string, body?: unknown) =>
    request(url, method, body, { authorization: `Bearer ${tokenOf('administrator')}` });
  return {
    root,
    home,
    azureDevOps,
    databricks,
    tokenOf,
    tokens: () => described.identities.map(({ token }) => token),
    options,
    run: (args, cwd, who, env) => runProduct(args, options(cwd, who, env)),
    start: (args, cwd, who) => startProduct(args, options(cwd, who)),
    control: (method, path, body) => request(`${azureDevOps}/_sandbox/${path}`, method, body, {}),
    devOps: (method, path, body) => ask(`${azureDevOps}/sandbox/${withVersion(path)}`, method, body),
    workspace: (method, path, body) => ask(`${databricks}/${path}`, method, body),
    requests: () => request(`${azureDevOps}/_sandbox/requests`, 'GET', undefined, {}),
    git: (folder, args, who) =>
      runGit(folder, args, toEnvironment(join(root, 'homes/git'), toGitVariables(who && tokenOf(who)))),
    async restart(signal) {
      await end(child, signal);
      child = await launch(root, home, port, more);
    },
    async stop() {
      await end(child, 'SIGTERM');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

interface Described {
  readonly pid: number;
  readonly addresses: { readonly azureDevOps: string; readonly databricks: string };
  readonly identities: readonly { readonly key: string; readonly token: string }[];
}

async function launch(
  root: string,
  home: string,
  port: number,
  more: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  mkdirSync(join(root, 'homes/sandbox'), { recursive: true });
  const child = spawn(PRODUCT_NODE, [SANDBOX, 'start', '--home', home, '--port', String(port)], {
    env: toEnvironment(join(root, 'homes/sandbox'), { ...toCacheVariables(), ...more }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const file = join(home, 'sandbox.json');
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (child.exitCode !== null) break;
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as Described).pid === child.pid) return child;
    await delay(50);
  }
  child.kill('SIGKILL');
  throw new Error(`the sandbox did not start: ${said}`);
}

/** Python environments are made once for all tests, and their packages downloaded once. */
function toCacheVariables(): Record<string, string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return { XDG_CACHE_HOME: cache, PIP_CACHE_DIR: process.env.PIP_CACHE_DIR ?? join(cache, 'pip') };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Two neighbouring ports, below those that the system gives to clients, so that a restart finds them free. */
async function findFreePair(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 5_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new Error('no two free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function withVersion(path: string): string {
  return path.includes('api-version') ? path : `${path}${path.includes('?') ? '&' : '?'}api-version=7.1-preview`;
}

async function request(url: string, method: string, body: unknown, headers: Readonly<Record<string, string>>) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok || response.status === 203) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function toGitVariables(token: string | undefined): Record<string, string> {
  const who = { GIT_AUTHOR_NAME: 'Somebody', GIT_AUTHOR_EMAIL: 'somebody@sandbox.test' };
  const both = { ...who, GIT_COMMITTER_NAME: who.GIT_AUTHOR_NAME, GIT_COMMITTER_EMAIL: who.GIT_AUTHOR_EMAIL };
  if (token === undefined) return { ...both, GIT_TERMINAL_PROMPT: '0' };
  return {
    ...both,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraheader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`:${token}`).toString('base64')}`,
  };
}

async function runGit(folder: string, args: readonly string[], env: Record<string, string>): Promise<Ran> {
  try {
    return { exitCode: 0, ...(await execute('git', [...args], { cwd: folder, env })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}
