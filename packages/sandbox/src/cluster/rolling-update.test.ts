import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from './test-cluster.ts';
import { putServiceImage } from './test-image.ts';
import { deploy, getUrl, underLoad } from './test-rollout.ts';

let cluster: TestCluster;
let images: readonly string[];
beforeAll(async () => {
  cluster = await startTestCluster();
  images = ['1', '2'].map((version) => putServiceImage(cluster, 'price', { version, slowStart: 300, work: 50 }));
});
afterAll(() => cluster.stop());

const SECONDS = { before: 1, after: 1 };
const [from, to] = [() => images[0] ?? '', () => images[1] ?? ''];

describe('a rolling update under load', () => {
  it('drops no request, over kept connections or new ones, and leaves nothing old behind', async () => {
    await deploy(cluster, 'price', from());
    const url = getUrl(cluster, 'price');
    for (const [image, version] of [
      [to(), '2'],
      [from(), '1'],
    ] as const) {
      const seen = await underLoad(url, SECONDS, () => deploy(cluster, 'price', image));
      expect(seen.problems).toEqual([]);
      expect(seen).toMatchObject({ versions: ['1', '2'], versionsAfter: [version] });
      expect(new Set(seen.requests.map(({ mode }) => mode)).size).toBe(2);
    }
    expect(getUrl(cluster, 'price')).toBe(url);
  });

  it('drops requests without a readiness probe: the test would see it', async () => {
    await deploy(cluster, 'unasked', from(), { readiness: false });
    // Without a probe nobody knows that the first pods do not listen yet.
    await expect
      .poll(() =>
        fetch(getUrl(cluster, 'unasked')).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true);
    const seen = await underLoad(getUrl(cluster, 'unasked'), SECONDS, () =>
      deploy(cluster, 'unasked', to(), { readiness: false }),
    );
    expect(seen.problems.length).toBeGreaterThan(0);
  });

  it('drops requests without preStop: the test would see it', async () => {
    await deploy(cluster, 'abrupt', from(), { preStop: 0 });
    const seen = await underLoad(getUrl(cluster, 'abrupt'), SECONDS, () =>
      deploy(cluster, 'abrupt', to(), { preStop: 0 }),
    );
    expect(seen.problems.length).toBeGreaterThan(0);
  });
});

it('after a restart pods run again behind the same address, and none is left of before', async () => {
  await deploy(cluster, 'kept', from(), { replicas: 1 });
  const url = getUrl(cluster, 'kept');
  const before = await cluster.ask('GET', '/api/v1/namespaces/default/pods?labelSelector=app.kubernetes.io/name=kept');
  await cluster.restart();
  await expect
    .poll(
      () =>
        fetch(url).then(
          (answer) => answer.json(),
          () => undefined,
        ),
      { timeout: 10_000 },
    )
    .toEqual({ version: '1' });
  const after = await cluster.ask('GET', '/api/v1/namespaces/default/pods?labelSelector=app.kubernetes.io/name=kept');
  expect(after.body.items.map(({ metadata }: { metadata: object }) => metadata)).toMatchObject([
    { uid: before.body.items[0].metadata.uid },
  ]);
  expect(after.body.items[0].status.containerStatuses[0].restartCount).toBe(1);
  // Each pod of this cluster has one process, and there is no other.
  const surplus = async () => {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'command=']);
    const processes = stdout.split('\n').filter((line) => line.includes(cluster.folder) && line.includes('server.mjs'));
    return processes.length - (await cluster.ask('GET', '/api/v1/namespaces/default/pods')).body.items.length;
  };
  await expect.poll(surplus, { timeout: 20_000 }).toBe(0);
});
