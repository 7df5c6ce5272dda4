import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pod } from '../objects.ts';
import { startTestCluster, type TestCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let flags: string;
beforeAll(async () => {
  cluster = await startTestCluster();
  flags = mkdtempSync(join(cluster.folder, 'flags-'));
});
afterAll(() => cluster.stop());

const set = (flag: string) => writeFileSync(join(flags, flag), '');
const unset = (flag: string) => rmSync(join(flags, flag), { force: true });

/** Answers `/<name>` with 200 while a file of that name is there. */
const SERVER = `
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
createServer(({ url }, response) => {
  const isThere = url === '/' || existsSync(process.env.FLAGS + url);
  response.writeHead(isThere ? 200 : 503).end();
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

async function createPod(name: string, container: object): Promise<void> {
  const config = { Env: ['PORT=8080'], Entrypoint: [process.execPath, '/app/server.mjs'] };
  const image = cluster.putImage('flags', '1', { 'app/server.mjs': SERVER }, { config });
  const metadata = { name, labels: { app: name } };
  const env = [{ name: 'FLAGS', value: flags }];
  const containers = [{ name: 'api', image, env, ports: [{ name: 'http', containerPort: 8080 }], ...container }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { terminationGracePeriodSeconds: 1, containers } };
  const made = await cluster.ask('POST', '/api/v1/namespaces/default/pods', pod);
  expect(made.status, made.body.message).toBe(201);
}

const getStatus = async (name: string) =>
  ((await cluster.ask('GET', `/api/v1/namespaces/default/pods/${name}`)).body as Pod).status?.containerStatuses?.[0];
const probe = (path: string, more: object = {}) => ({
  httpGet: { path, port: 'http' },
  periodSeconds: 1,
  failureThreshold: 1,
  ...more,
});

test('a pod that flaps gets requests while it is ready, and no restart', { timeout: 60_000 }, async () => {
  const spec = { selector: { app: 'flapping' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'flapping' }, spec };
  await cluster.apply('/api/v1/namespaces/default/services/flapping', service);
  await createPod('flapping', { readinessProbe: probe('/ready') });
  const url = cluster.cluster.addresses()[0]?.url ?? '';
  const asked = () =>
    fetch(url).then(
      ({ status }) => status,
      () => 'refused',
    );
  await expect.poll(async () => (await getStatus('flapping'))?.started, { timeout: 20_000 }).toBe(true);
  expect(await asked()).toBe('refused');
  for (const [act, wanted] of [
    [set, 200],
    [unset, 'refused'],
    [set, 200],
  ] as const) {
    act('ready');
    await expect.poll(asked, { timeout: 20_000 }).toBe(wanted);
  }
  expect(await getStatus('flapping')).toMatchObject({ ready: true, restartCount: 0 });
});

test('a container that is not alive is started again, and asked only once it is up', { timeout: 60_000 }, async () => {
  set('alive');
  await createPod('mortal', { startupProbe: probe('/up', { failureThreshold: 60 }), livenessProbe: probe('/alive') });
  await expect.poll(async () => (await getStatus('mortal'))?.state.running, { timeout: 20_000 }).toBeTruthy();
  unset('alive');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  // Not up yet: nobody asks whether it is alive.
  expect(await getStatus('mortal')).toMatchObject({ started: false, ready: false, restartCount: 0 });
  set('up');
  await expect.poll(async () => (await getStatus('mortal'))?.restartCount, { timeout: 30_000 }).toBe(1);
  const events = await cluster.ask(
    'GET',
    '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dmortal',
  );
  const messages = events.body.items.map(({ message }: { message: string }) => message);
  expect(messages).toContain('Liveness probe failed: HTTP probe failed with statuscode: 503');
  expect(messages).toContain('Container api failed liveness probe, will be restarted');
});

test('what a pod asks for and the node does not have is said in its state', { timeout: 60_000 }, async () => {
  const valueFrom = { secretKeyRef: { name: 'password', key: 'value' } };
  await createPod('secretive', { env: [{ name: 'PASSWORD', valueFrom }] });
  const reasonOf = async () => JSON.stringify((await getStatus('secretive'))?.lastState);
  await expect.poll(reasonOf, { timeout: 20_000 }).toContain('secret \\"password\\" not found');
});
