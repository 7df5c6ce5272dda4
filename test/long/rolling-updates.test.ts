import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../../packages/sandbox/src/cluster/test-cluster.ts';
import { putServiceImage } from '../../packages/sandbox/src/cluster/test-image.ts';
import { deploy, getUrl, underLoad } from '../../packages/sandbox/src/cluster/test-rollout.ts';

const ROLLOUTS = 10;
const SECONDS = { before: 5, after: 10 };

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

it('ten rolling updates in a row drop no request', { timeout: 10 * 60_000 }, async () => {
  const images = ['1', '2'].map((version) => putServiceImage(cluster, 'price', { version, slowStart: 300, work: 50 }));
  const deployNext = (round: number) =>
    deploy(cluster, 'price', images[round % 2] ?? '', { minReadySeconds: 2, preStop: 2 });
  await deployNext(0);
  const url = getUrl(cluster, 'price');
  for (let round = 1; round <= ROLLOUTS; round += 1) {
    const seen = await underLoad(url, SECONDS, () => deployNext(round));
    expect(seen.problems, `rollout ${round}`).toEqual([]);
    expect(seen).toMatchObject({ versions: ['1', '2'], versionsAfter: [round % 2 === 0 ? '1' : '2'] });
    expect(seen.rate).toBeGreaterThan(200);
    expect(getUrl(cluster, 'price')).toBe(url);
  }
});
