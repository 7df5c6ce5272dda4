import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeContainerRuntime } from '../../packages/sandbox/src/cluster/node/container-runtime.ts';
import { startTestCluster, type TestCluster } from '../../packages/sandbox/src/cluster/test-cluster.ts';
import { deploy, getUrl, underLoad } from '../../packages/sandbox/src/cluster/test-rollout.ts';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { ensureBaseImage } from '../image/base-image.ts';
import { canRunContainers, createNetwork, NETWORK, PROGRAMS } from '../image/container-engine.ts';
import { type Podman, startPodman } from '../image/podman.ts';
import { requireTool } from '../require-tool.ts';

const run = promisify(execFile);
const MINUTES = 60_000;

requireTool(`root and ${PROGRAMS.join(', ')}`, canRunContainers)('the cluster with a container engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'containers-'));
  const images: string[] = [];
  let box: TestSandbox;
  let podman: Podman;
  let cluster: TestCluster;

  beforeAll(async () => {
    box = await startTestSandbox();
    const server = new URL(box.sandbox.addresses.registry).host;
    podman = await startPodman(folder, server);
    await createNetwork(podman.docker);
    await podman.docker('import', await ensureBaseImage(), `${server}/base:1`);
    const login = run('docker', ['login', server, '-u', 'you', '--password-stdin'], {
      env: { ...process.env, ...podman.env },
    });
    login.child.stdin?.end(box.tokenOf('you'));
    await login;
    for (const version of ['1', '2']) images.push(await buildImage(server, version));
    cluster = await startTestCluster(
      makeContainerRuntime({
        folder: join(folder, 'node'),
        registryHosts: () => [server],
        signIn: () => ({ user: 'you', password: box.tokenOf('you') }),
        environment: { ...process.env, ...podman.env },
        network: NETWORK,
      }),
    );
  }, 5 * MINUTES);

  afterAll(async () => {
    await cluster?.stop();
    await podman?.stop();
    await box?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, MINUTES);

  async function buildImage(server: string, version: string): Promise<string> {
    const context = join(folder, `context-${version}-${randomBytes(3).toString('hex')}`);
    mkdirSync(context);
    writeFileSync(join(context, 'server.py'), SERVER);
    writeFileSync(
      join(context, 'Dockerfile'),
      `FROM ${server}/base:1\nCOPY server.py /app/\nENV VERSION=${version}\nUSER 10001:10001\nENTRYPOINT ["python3", "-u", "/app/server.py"]\n`,
    );
    const tag = `${server}/shop/price:${version}`;
    await podman.docker('build', '--tag', tag, context);
    const output = await podman.docker('push', tag);
    return `${server}/shop/price@${/sha256:[0-9a-f]{64}/.exec(output)?.[0]}`;
  }

  it('pulls from the registry, runs as the image’s user, and rolls without a dropped request', {
    timeout: 3 * MINUTES,
  }, async () => {
    const more = { minReadySeconds: 1, preStop: 2 };
    await deploy(cluster, 'price', images[0] ?? '', more);
    const pods = await podman.docker('ps', '--format', '{{.Image}}');
    expect(pods.split('\n')).toHaveLength(2);
    const user = await podman.docker('exec', (await podman.docker('ps', '--quiet')).split('\n')[0] ?? '', 'id', '-u');
    expect(user).toBe('10001');
    const seen = await underLoad(getUrl(cluster, 'price'), { before: 1, after: 1 }, () =>
      deploy(cluster, 'price', images[1] ?? '', more),
    );
    expect(seen.problems).toEqual([]);
    expect(seen).toMatchObject({ versions: ['1', '2'], versionsAfter: ['2'] });
    // Until the last old pod has gone, kubectl may take it for its log.
    const readLog = async () => (await cluster.kubectl(['logs', 'deployment/price'])).stdout;
    await expect.poll(readLog, { timeout: 30_000 }).toBe('serving 2\n');
    await cluster.kubectl(['delete', 'deployment', 'price']);
    await expect.poll(() => podman.docker('ps', '--all', '--quiet'), { timeout: 30_000 }).toBe('');
  });
});

const SERVER = `
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        body = json.dumps({"version": os.environ["VERSION"]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    request_queue_size = 512


print("serving", os.environ["VERSION"])
Server(("0.0.0.0", 8080), Handler).serve_forever()
`;
