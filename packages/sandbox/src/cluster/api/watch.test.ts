import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../test-cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const PATH = '/api/v1/namespaces/default/configmaps';

const put = (name: string, value: string, labels: object = {}) =>
  cluster.apply(`${PATH}/${name}`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels },
    data: { value },
  });

/** One line of a watch. */
interface Line {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of all forms
  readonly object: any;
}

/** Watches until so many lines have come, or the server ends it. */
function watch(
  query: string,
  count: number,
  act: () => Promise<unknown> = async () => undefined,
): Promise<readonly Line[]> {
  return new Promise((resolve, reject) => {
    const asked = request(`${cluster.url}${PATH}?watch=true&${query}`, cluster.options, (response) => {
      const lines: Line[] = [];
      const done = () => {
        asked.destroy();
        resolve(lines);
      };
      createInterface({ input: response })
        // It is the test that breaks off.
        .once('error', () => undefined)
        .on('line', (line) => {
          lines.push(JSON.parse(line));
          if (lines.length === count) done();
        })
        .once('close', done);
      act().catch(reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}

const tell = (lines: readonly Line[]) =>
  lines.map(({ type, object }) => `${type} ${object.metadata.name} ${object.data?.value}`);

test('a watch starts with what is there, and goes on with each change in its order', async () => {
  await put('one', '1');
  const lines = await watch('fieldSelector=metadata.name%3Done', 3, async () => {
    await put('other', '1');
    await put('one', '2');
    await cluster.ask('DELETE', `${PATH}/one`);
  });
  expect(tell(lines)).toEqual(['ADDED one 1', 'MODIFIED one 2', 'DELETED one 2']);
});

test('a watch from a version misses nothing that came after it', async () => {
  const { body } = await cluster.ask('GET', PATH);
  await put('two', '1');
  await put('two', '2');
  const lines = await watch(`resourceVersion=${body.metadata.resourceVersion}`, 2);
  expect(tell(lines)).toEqual(['ADDED two 1', 'MODIFIED two 2']);
  const [first] = lines;
  expect(Number(first?.object.metadata.resourceVersion)).toBeGreaterThan(Number(body.metadata.resourceVersion));
});

test('an object that comes to fit a selector is added, and one that no longer fits is gone', async () => {
  await put('three', '1', { app: 'a' });
  const lines = await watch('labelSelector=app%3Db', 2, async () => {
    await put('three', '2', { app: 'b' });
    await put('three', '3', { app: 'c' });
  });
  expect(tell(lines)).toEqual(['ADDED three 2', 'DELETED three 2']);
});

test('whoever asks from before the cluster’s memory is told to list again', async () => {
  const lines = await watch('resourceVersion=1', 1);
  expect(lines).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
});

test('a watch ends when its time is over', async () => {
  expect(await watch('resourceVersion=0&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone', 1)).toEqual([]);
});

test('a list comes in pages', async () => {
  const first = await cluster.ask('GET', `${PATH}?limit=1`);
  expect(first.body.items).toHaveLength(1);
  const rest = await cluster.ask('GET', `${PATH}?continue=${first.body.metadata.continue}`);
  expect(rest.body.items).toHaveLength(first.body.metadata.remainingItemCount);
});

test('nobody gets in without a token', async () => {
  const anonymous = await cluster.ask('GET', PATH, undefined, 'application/json', 'wrong');
  expect(anonymous).toMatchObject({ status: 401, body: { kind: 'Status', reason: 'Unauthorized' } });
});
