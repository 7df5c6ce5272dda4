import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRegistry } from '../registry/registry.ts';
import { listen } from '../router.ts';
import { makeCertificate } from './certificate.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { toKubeconfig } from './kubeconfig.ts';
import type { PodRuntime } from './node/pod-runtime.ts';
import { makeProcessRuntime } from './node/process-runtime.ts';
import { putImage } from './test-put-image.ts';

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  readonly body: any;
}

/** A cluster of a test's own. */
export interface TestCluster {
  readonly cluster: Cluster;
  readonly url: string;
  readonly folder: string;
  /** Name of the registry whose images can be run. */
  readonly registryHost: string;
  /** Runs `kubectl` as an administrator, with something on its standard input. */
  kubectl(args: readonly string[], input?: string): Promise<Ended>;
  /** Asks the API server as an administrator. */
  ask(method: string, path: string, body?: unknown, type?: string, token?: string): Promise<ApiAnswer>;
  /** What a request of one's own needs: the certificate to trust, and an administrator's token. */
  readonly options: { readonly ca: string; readonly headers: Readonly<Record<string, string>> };
  /** Applies a configuration on the server's side. */
  apply(path: string, body: unknown, manager?: string, more?: string): Promise<ApiAnswer>;
  /** Puts an image of some files into the registry. @returns its name by digest */
  putImage(repository: string, tag: string, files: Readonly<Record<string, string>>, config: object): string;
  /** Ends the cluster and opens it again from what it kept. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const TOKEN = 'test-cluster-administrator';
const APPLY = 'application/apply-patch+yaml';

/** Starts a cluster in a folder of its own. @param runtime what runs its pods; default processes */
export async function startTestCluster(runtime?: PodRuntime): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  const registry = openRegistry(join(folder, 'registry'));
  const registryHost = 'localhost:5000';
  const open = () =>
    openCluster({
      folder: join(folder, 'state'),
      runtime:
        runtime ?? makeProcessRuntime({ registry, registryHosts: () => [registryHost], folder: join(folder, 'node') }),
      signIn: (authorization) =>
        authorization === `Bearer ${TOKEN}` ? { name: 'tester', mayWrite: true, isAdministrator: true } : undefined,
    });
  let cluster = open();
  const tls = makeCertificate(Date.now());
  const server = await listen((request) => cluster.service(request), 0, { tls });
  await cluster.start();
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = writeKubeconfig(folder, url, tls.certificate);
  const ask: TestCluster['ask'] = (method, path, body, type = 'application/json', token = TOKEN) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    return askServer(`${url}${path}`, { method, headers, ca: tls.certificate }, body);
  };
  return {
    get cluster() {
      return cluster;
    },
    url,
    folder,
    registryHost,
    options: { ca: tls.certificate, headers: { authorization: `Bearer ${TOKEN}` } },
    ask,
    apply: (path, body, manager = 'mlops', more = '') =>
      ask('PATCH', `${path}?fieldManager=${manager}${more}`, body, APPLY),
    kubectl: (args, input = '') => runKubectl(kubeconfig, folder, args, input),
    putImage: (repository, tag, files, config) =>
      `${registryHost}/${putImage(registry, folder, repository, tag, files, config)}`,
    async restart() {
      await cluster.stop();
      cluster = open();
      await cluster.start();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function askServer(url: string, options: RequestOptions, body: unknown): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      const isJson = /json/.test(response.headers['content-type'] ?? '');
      resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
    });
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function writeKubeconfig(folder: string, server: string, certificate: string): string {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, toKubeconfig({ name: 'test', server, certificate, token: TOKEN }), { mode: 0o600 });
  return path;
}

function runKubectl(kubeconfig: string, home: string, args: readonly string[], input: string): Promise<Ended> {
  const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig };
  return new Promise((resolve) => {
    const child = execFile('kubectl', [...args], { env, cwd: home, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
