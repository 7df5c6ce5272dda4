import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../../packages/sandbox/src/cluster/test-cluster.ts';
import { type ManifestOptions, putServiceImage, toManifests } from '../../packages/sandbox/src/cluster/test-image.ts';
import { requireTool } from '../require-tool.ts';

requireTool('kubectl')('kubectl', () => {
  let cluster: TestCluster;
  let images: Record<'1' | '2' | 'broken', string>;

  beforeAll(async () => {
    cluster = await startTestCluster();
    images = {
      1: putServiceImage(cluster, 'price', { version: '1' }),
      2: putServiceImage(cluster, 'price', { version: '2' }),
      broken: putServiceImage(cluster, 'price', { version: 'broken', exits: 3 }),
    };
  });
  afterAll(() => cluster.stop());

  /** Writes what `kubectl apply --kustomize` takes. @returns its folder */
  function writeManifests(name: string, image: string, more: ManifestOptions = {}): string {
    const folder = join(cluster.folder, 'manifests', name);
    mkdirSync(folder, { recursive: true });
    for (const [at, manifest] of toManifests(name, image, more).entries()) {
      writeFileSync(join(folder, `${at}.json`), JSON.stringify(manifest));
    }
    writeFileSync(join(folder, 'kustomization.yaml'), 'namespace: default\nresources: [0.json, 1.json]\n');
    return folder;
  }

  const run = async (...args: string[]) => {
    const ended = await cluster.kubectl(args);
    if (ended.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ended.stderr}`);
    return ended.stdout.trim();
  };
  const apply = (folder: string, ...more: string[]) =>
    run('apply', '--server-side', '--field-manager', 'mlops', '--kustomize', folder, ...more);
  const roll = (name: string) => run('rollout', 'status', `deployment/${name}`, '--timeout=40s');
  const versionOf = (kind: string, name: string) =>
    run('get', kind, name, '-o', 'jsonpath={.metadata.resourceVersion}');
  const ask = async (name: string) => {
    const url = cluster.cluster.addresses().find((address) => address.name === name)?.url ?? '';
    return (await (await fetch(url)).json()) as { version: string };
  };

  it('applies, waits, prints and finds nothing to do the second time', async () => {
    const folder = writeManifests('price', images[1]);
    const before = await cluster.kubectl(['diff', '--server-side', '--kustomize', folder]);
    expect([before.code, before.stdout]).toEqual([1, expect.stringContaining('+  replicas: 2')]);
    expect(await apply(folder)).toBe('service/price serverside-applied\ndeployment.apps/price serverside-applied');
    expect(await roll('price')).toContain('deployment "price" successfully rolled out');
    expect(await ask('price')).toEqual({ version: '1' });
    expect((await run('get', 'deployment', 'price')).split('\n')[1]).toMatch(/^price +2\/2 +2 +2 +\d+s$/);
    expect(await run('get', 'all')).toMatch(/pod\/price-\w+-\w+ +1\/1 +Running +0 +\d+s\n/);
    const versions = [await versionOf('deployment', 'price'), await versionOf('service', 'price')];
    await apply(folder);
    expect([await versionOf('deployment', 'price'), await versionOf('service', 'price')]).toEqual(versions);
    for (const how of [['--server-side', '--field-manager', 'mlops'], []]) {
      expect(await cluster.kubectl(['diff', ...how, '--kustomize', folder])).toMatchObject({ code: 0, stdout: '' });
    }
  });

  it('updates, undoes, and knows its history; the undo holds against an apply that does not force', async () => {
    const folder = writeManifests('price', images[2]);
    await apply(folder);
    await roll('price');
    expect(await ask('price')).toEqual({ version: '2' });
    expect(await run('rollout', 'undo', 'deployment/price')).toBe('deployment.apps/price rolled back');
    await roll('price');
    expect(await ask('price')).toEqual({ version: '1' });
    expect(await run('rollout', 'history', 'deployment/price')).toMatch(/\n2 +<none>\n3 +<none>$/);
    const refused = await cluster.kubectl(['apply', '--server-side', '--field-manager', 'mlops', '-k', folder]);
    const path = '.spec.template.spec.containers[name="api"].image';
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Apply failed with 1 conflict: conflict'),
    });
    expect(refused.stderr).toContain(path);
    await apply(folder, '--force-conflicts');
    await roll('price');
    expect(await ask('price')).toEqual({ version: '2' });
  });

  it('sees a bad image fail while the good one serves on, and undoes it', async () => {
    const url = cluster.cluster.addresses().find(({ name }) => name === 'price')?.url;
    for (const [image, reason] of [
      [images.broken, /CrashLoopBackOff|Error/],
      [`${cluster.registryHost}/price:absent`, /ImagePullBackOff|ErrImagePull/],
    ] as const) {
      await apply(writeManifests('price', image, { deadline: 3 }), '--force-conflicts');
      const failed = await cluster.kubectl(['rollout', 'status', 'deployment/price', '--timeout=20s']);
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('exceeded its progress deadline') });
      expect(await run('get', 'pods')).toMatch(reason);
      expect(await ask('price')).toEqual({ version: '2' });
      await run('rollout', 'undo', 'deployment/price');
      await roll('price');
    }
    expect(await ask('price')).toEqual({ version: '2' });
    expect(cluster.cluster.addresses().find(({ name }) => name === 'price')?.url).toBe(url);
  });

  it('reads a log as it is written, and the one of the container before', async () => {
    await apply(writeManifests('logs', images[1], { replicas: 1 }));
    await roll('logs');
    expect(await run('logs', 'deployment/logs')).toBe('starting 1\nlistening');
    expect(await run('logs', 'deployment/logs', '--tail=1')).toBe('listening');
    const kubectl = spawn('kubectl', [
      '--kubeconfig',
      join(cluster.folder, 'kubeconfig'),
      'logs',
      '-f',
      'deployment/logs',
    ]);
    const chunks: Buffer[] = [];
    kubectl.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<number | null>((resolve) => kubectl.once('exit', resolve));
    await new Promise((resolve) => kubectl.stdout.once('data', resolve));
    await run('delete', 'deployment', 'logs');
    // It ends by itself, with the container.
    expect(await ended).toBe(0);
    expect(Buffer.concat(chunks).toString()).toBe('starting 1\nlistening\n');

    await apply(writeManifests('crashing', images.broken, { replicas: 1 }));
    await expect
      .poll(() => run('get', 'pods', '-l', 'app.kubernetes.io/name=crashing'), { timeout: 20_000 })
      .toContain('CrashLoopBackOff');
    expect(await run('logs', 'deployment/crashing', '--previous')).toBe('starting broken\nno model in the image');
    await run('delete', 'deployment', 'crashing');
  });

  it('deletes a deployment with its replica sets and pods, and waits for them if told to', async () => {
    const folder = writeManifests('going', images[1]);
    await apply(folder);
    await roll('going');
    const deleted = await run('delete', '--kustomize', folder, '--cascade=foreground');
    expect(deleted).toContain('deployment.apps "going" deleted');
    expect(await run('get', 'all,endpointslices', '-l', 'app.kubernetes.io/name=going', '-o', 'name')).toBe('');
  });

  describe('is refused', () => {
    const refuse = async (manifest: unknown, ...args: string[]) => {
      const ended = await cluster.kubectl([...args, '--filename', '-'], JSON.stringify(manifest));
      return `${ended.code} ${ended.stderr}`;
    };
    const serverSide = ['apply', '--server-side', '--field-manager', 'mlops'];
    const withSpec = (change: object) => {
      const [deployment] = toManifests('refused', 'x:1') as [{ readonly spec: object }];
      return { ...deployment, spec: { ...deployment.spec, ...change } };
    };

    it('a field that is not known, in the words of each way to send it', async () => {
      const manifest = withSpec({ replica: 2 });
      expect(await refuse(manifest, ...serverSide)).toContain(
        'failed to create typed patch object (default/refused; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
      );
      expect(await refuse(manifest, 'create')).toContain('strict decoding error: unknown field "spec.replica"');
    });

    it('a selector that does not fit, a container without an image, a replica count below zero', async () => {
      expect(await refuse(withSpec({ selector: { matchLabels: { app: 'other' } } }), ...serverSide)).toContain(
        'spec.template.metadata.labels: Invalid value: map[string]string{"app.kubernetes.io/name":"refused"}: `selector` does not match template `labels`',
      );
      expect(await refuse(withSpec({ replicas: -1 }), ...serverSide)).toContain(
        'The Deployment "refused" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      );
      const template = {
        metadata: { labels: { 'app.kubernetes.io/name': 'refused' } },
        spec: { containers: [{ name: 'api' }] },
      };
      expect(await refuse(withSpec({ template }), ...serverSide)).toContain(
        'spec.template.spec.containers[0].image: Required value',
      );
    });

    it('what the cluster does not have', async () => {
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' } };
      expect(await refuse(job, 'create', '--validate=false')).toContain(
        'no matches for kind "Job" in version "batch/v1"',
      );
      const elsewhere = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'absent' } };
      expect(await refuse(elsewhere, ...serverSide)).toContain('namespaces "absent" not found');
      const exec = await cluster.kubectl(['exec', 'absent', '--', 'ls']);
      expect(exec.stderr).toContain('pods "absent" not found');
      const scaled = await cluster.ask('PATCH', '/apis/apps/v1/namespaces/default/deployments/price/scale', {});
      expect([scaled.status, scaled.body.reason]).toEqual([404, 'NotFound']);
      const emptied = await cluster.ask('DELETE', '/api/v1/namespaces/default/configmaps');
      expect([emptied.status, emptied.body.reason]).toEqual([405, 'MethodNotAllowed']);
    });
  });
});
