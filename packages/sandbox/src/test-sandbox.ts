import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Sandbox, startSandbox } from './server.ts';

const run = promisify(execFile);

/** An answer, with its body read as JSON where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  readonly body: any;
}

/** What a request may bring besides method, path and body. */
export interface AskOptions {
  /** Key of the identity; default `you`. `nobody`: no sign-in at all. */
  readonly who?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A running sandbox with an organisation `contoso` and a project `ml`. */
export interface TestSandbox {
  readonly home: string;
  readonly sandbox: Sandbox;
  /** `http://127.0.0.1:…/contoso`. */
  readonly organizationUrl: string;
  /** Asks below the organisation; a write goes with api-version 7.1 unless the path says another. */
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<Answered>;
  /** Turns a switch under `/_sandbox/`. */
  control(method: string, path: string, body?: unknown): Promise<Answered>;
  tokenOf(who: string): string;
  /** Runs git as somebody, in a folder. */
  git(folder: string, args: readonly string[], who?: string): Promise<{ stdout: string; stderr: string }>;
  /** An empty folder that ends with the sandbox. */
  folder(name: string): string;
  stop(): Promise<void>;
}

/** Starts a sandbox on free ports in a folder of its own. */
export async function startTestSandbox(): Promise<TestSandbox> {
  const root = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const home = join(root, 'home');
  const sandbox = await startSandbox({
    home,
    ports: { azureDevOps: 0, databricks: 0, registry: 0, cluster: 0, tracking: 0 },
    // Pods are processes in tests, whatever the machine has.
    environment: { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
  });
  const { addresses } = sandbox;
  const organizationUrl = `${addresses.azureDevOps}/contoso`;
  const tokenOf = (who: string) => sandbox.identities().find(({ key }) => key === who)?.token ?? '';
  const control: TestSandbox['control'] = (method, path, body) =>
    send(`${addresses.control}/${path}`, method, body, {});
  await control('PUT', 'organizations/contoso/projects/ml');
  return {
    home,
    sandbox,
    organizationUrl,
    control,
    tokenOf,
    ask(method, path, body, { who = 'you', headers = {} } = {}) {
      const url = new URL(`${organizationUrl}/${path}`);
      const hasVersion = url.searchParams.has('api-version') || /api-version/.test(headers.accept ?? '');
      if (!hasVersion && method !== 'GET') url.searchParams.set('api-version', '7.1');
      const signIn = who === 'nobody' ? {} : { authorization: toBasic(tokenOf(who)) };
      return send(String(url), method, body, { ...signIn, ...headers });
    },
    git: (folder, args, who) =>
      run('git', [...args], { cwd: folder, env: toGitEnvironment(who ? tokenOf(who) : undefined) }),
    folder: (name) => mkdtempSync(join(root, `${name}-`)),
    async stop() {
      await sandbox.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function toBasic(token: string): string {
  return `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
}

function toGitEnvironment(token: string | undefined): Record<string, string> {
  const signIn =
    token === undefined
      ? {}
      : {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: 'http.extraheader',
          GIT_CONFIG_VALUE_0: `Authorization: ${toBasic(token)}`,
        };
  return {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'You',
    GIT_AUTHOR_EMAIL: 'you@sandbox.test',
    GIT_COMMITTER_NAME: 'You',
    GIT_COMMITTER_EMAIL: 'you@sandbox.test',
    LC_ALL: 'C',
    ...signIn,
  };
}

async function send(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
