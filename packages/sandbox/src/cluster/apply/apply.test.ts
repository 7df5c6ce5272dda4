import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../test-cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/** A deployment without pods, so that only its form counts. */
function deployment(name: string, container: object, spec: object = {}) {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'api', image: 'x:1', ...container }] } };
  const all = { replicas: 0, selector: { matchLabels: labels }, template, ...spec };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: all };
}

const configMap = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const apply = async (name: string, container: object, manager = 'one', more = '') =>
  cluster.apply(`${DEPLOYMENTS}/${name}`, deployment(name, container), manager, more);
const applyMap = (name: string, data: object, manager = 'one', more = '') =>
  cluster.apply(`${CONFIG_MAPS}/${name}`, configMap(name, data), manager, more);
const containerOf = (body: { spec: { template: { spec: { containers: unknown[] } } } }) =>
  body.spec.template.spec.containers[0];

describe('what is applied', () => {
  it('is created, and the same again changes nothing, not even the version', async () => {
    const made = await applyMap('same', { a: '1' });
    expect(made.status).toBe(201);
    const again = await applyMap('same', { a: '1' });
    expect(again).toEqual({ status: 200, body: made.body });
  });

  it('goes when its manager no longer applies it, unless somebody else has it too', async () => {
    await applyMap('shared', { a: '1', b: '2', c: '3' }, 'one');
    await applyMap('shared', { b: '2' }, 'two');
    const { body } = await applyMap('shared', { a: '1' }, 'one');
    expect(body.data).toEqual({ a: '1', b: '2' });
  });

  it('is refused where another manager has another value, until it is forced', async () => {
    await applyMap('fought', { a: '1', b: '1' }, 'one');
    const one = await applyMap('fought', { a: '2' }, 'two');
    expect(one).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
        details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }] },
      },
    });
    const two = await applyMap('fought', { a: '2', b: '2' }, 'two');
    expect(two.body.message).toBe('Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b');
    const forced = await applyMap('fought', { a: '2' }, 'two', '&force=true');
    expect(forced.body.data).toEqual({ a: '2', b: '1' });
    const owners = forced.body.metadata.managedFields.map(({ manager, fieldsV1 }: Record<string, unknown>) => ({
      manager,
      fieldsV1,
    }));
    expect(owners).toEqual([
      { manager: 'one', fieldsV1: { 'f:data': { 'f:b': {} } } },
      { manager: 'two', fieldsV1: { 'f:data': { 'f:a': {} } } },
    ]);
    // The first does not ask for it any more, and so it stays the second's.
    expect((await applyMap('fought', { b: '1' }, 'one')).body.data).toEqual({ a: '2', b: '1' });
  });

  it('is refused where an update has put another value, and named as one', async () => {
    await applyMap('updated', { a: '1' });
    await cluster.ask(
      'PATCH',
      `${CONFIG_MAPS}/updated?fieldManager=hand`,
      { data: { a: '2' } },
      'application/merge-patch+json',
    );
    const refused = await applyMap('updated', { a: '1' });
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "hand" using v1: .data.a');
  });
});

test.each([
  [
    'environment by name',
    {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
    { env: [{ name: 'C', value: '3' }] },
    { env: [{ name: 'C', value: '3' }] },
    {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
        { name: 'C', value: '3' },
      ],
    },
  ],
  [
    'ports by number and protocol, which is TCP if none is said',
    { ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] },
    { ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] },
    { ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] },
    {
      ports: [
        { containerPort: 80, protocol: 'TCP', name: 'http' },
        { containerPort: 80, protocol: 'UDP' },
      ],
    },
  ],
  ['arguments as a whole', { command: ['x'] }, { args: ['a', 'b'] }, { args: ['c'] }, { command: ['x'], args: ['c'] }],
  [
    'a probe field by field, gone with its defaults',
    { readinessProbe: { httpGet: { port: 80 } } },
    { livenessProbe: { httpGet: { port: 80 }, periodSeconds: 3 } },
    {},
    { readinessProbe: { httpGet: { port: 80 }, periodSeconds: 10 } },
  ],
])('two managers: %s', async (name, one, two, twoAgain, wanted) => {
  const id = `merge-${name.replace(/[^a-z]/g, '').slice(0, 30)}`;
  expect((await apply(id, one)).status).toBe(201);
  // The second manager says nothing of what only the first cares for.
  const second = (container: object) => {
    const { spec, ...head } = deployment(id, container);
    const containers = [{ name: 'api', ...container }];
    return cluster.apply(
      `${DEPLOYMENTS}/${id}`,
      { ...head, spec: { template: { spec: { containers } }, selector: spec.selector } },
      'two',
    );
  };
  expect((await second(two)).status).toBe(200);
  const after = await second(twoAgain);
  expect(containerOf(after.body)).toMatchObject({ image: 'x:1', ...wanted });
  expect(containerOf(after.body)).not.toHaveProperty('livenessProbe');
});

describe('the server', () => {
  it('refuses the same item of a list twice', async () => {
    const twice = await apply('twice', {
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    });
    expect([twice.status, twice.body.message]).toEqual([
      500,
      expect.stringContaining('.spec.template.spec.containers[name="api"].env: duplicate entries for key [name="A"]'),
    ]);
  });

  it('stores nothing in a dry run, and counts a generation for each change of what is asked for', async () => {
    expect((await apply('dry', {}, 'one', '&dryRun=All')).body.spec.replicas).toBe(0);
    expect((await cluster.ask('GET', `${DEPLOYMENTS}/dry`)).status).toBe(404);
    await apply('counted', {});
    const labelled = { ...deployment('counted', {}), metadata: { name: 'counted', labels: { a: 'b' } } };
    expect((await cluster.apply(`${DEPLOYMENTS}/counted`, labelled, 'one')).body.metadata.generation).toBe(1);
    expect((await apply('counted', { image: 'x:2' })).body.metadata.generation).toBe(2);
  });

  it('refuses an update from an old version', async () => {
    const { body } = await applyMap('raced', { a: '1' });
    await applyMap('raced', { a: '2' });
    const refused = await cluster.ask('PUT', `${CONFIG_MAPS}/raced`, body);
    expect([refused.status, refused.body.reason]).toEqual([409, 'Conflict']);
  });

  it('keeps the status from whoever applies, and the rest from whoever writes the status', async () => {
    const { body } = await apply('parts', {});
    const path = `${DEPLOYMENTS}/parts/status`;
    await cluster.ask(
      'PATCH',
      path,
      { spec: { replicas: 9 }, status: { observedGeneration: 1 } },
      'application/merge-patch+json',
    );
    const after = await cluster.ask('GET', `${DEPLOYMENTS}/parts`);
    expect(after.body.spec).toEqual(body.spec);
  });
});
