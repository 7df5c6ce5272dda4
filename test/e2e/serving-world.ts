import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { putImage } from '../../packages/sandbox/src/cluster/test-put-image.ts';
import { openRegistry } from '../../packages/sandbox/src/registry/registry.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { collect, type Ran, toEnvironment } from './product.ts';

/** A model on a sandbox of its own, put into service by its own script of the deploy pipeline. */
export interface ServingWorld {
  readonly sandbox: OwnSandbox;
  /** The project's folder, a clone. */
  readonly clone: string;
  /** Registers so many versions of the model, from 1 on. */
  register(count: number): Promise<void>;
  /** Runs `rollout.py` as the deploy pipeline's last step does, with an image that serves the version. */
  deploy(version: string): Promise<Ran>;
  /** The version that the endpoint answers with. */
  readVersion(): Promise<string>;
  kubectl(...args: string[]): Promise<Ran>;
  /** Runs the product in the clone. */
  run(...args: string[]): Promise<Ran>;
  stop(): Promise<void>;
}

/** Makes the model. Its pods are processes: no container engine is needed. */
export async function startServingWorld(model: string): Promise<ServingWorld> {
  const sandbox = await startOwnSandbox();
  const clone = join(sandbox.root, 'work', model);
  const created = await sandbox.run(['create', model, '--yes', '--target', 'sandbox'], join(sandbox.root, 'work'));
  if (created.exitCode !== 0) throw new Error(created.stdout + created.stderr);
  await sandbox.control('PUT', `cluster/namespaces/${model}`);
  hurry(join(clone, 'pipelines/deploy/k8s/deployment.yaml'));
  const bin = join(sandbox.root, 'bin');
  const images = join(sandbox.root, 'images');
  for (const folder of [bin, images]) mkdirSync(folder);
  const kubeconfig = join(sandbox.home, 'kubeconfig');
  // Instead of the agent's, which signs a pipeline in: `az aks get-credentials … --file <path> --overwrite-existing`.
  writeFileSync(join(bin, 'az'), `#!/bin/sh\nwhile [ "$1" != --file ]; do shift; done\ncp "${kubeconfig}" "$2"\n`, {
    mode: 0o755,
  });
  const { addresses } = JSON.parse(readFileSync(join(sandbox.home, 'sandbox.json'), 'utf8')) as Described;
  const registry = openRegistry(join(sandbox.home, 'state', 'registry'));
  const start = (program: string, args: readonly string[], env: Readonly<Record<string, string>>) => {
    const full = toEnvironment(join(sandbox.root, 'homes/deploy'), { KUBECONFIG: kubeconfig, ...env });
    return collect(spawn(program, [...args], { cwd: clone, env: { ...full, PATH: `${bin}:${full.PATH}` } }));
  };
  const endpoint = async () => {
    const services = (await sandbox.control('GET', 'cluster/services')) as readonly { name: string; url: string }[];
    return services.find(({ name }) => name === model)?.url ?? '';
  };
  return {
    sandbox,
    clone,
    register: (count) => register(sandbox, model, count),
    deploy(version) {
      const files = { 'app/server.mjs': SERVER, 'app/version.txt': version };
      const config = {
        Env: ['PORT=8080', 'VERSION=/app/version.txt'],
        Entrypoint: [process.execPath, '/app/server.mjs'],
      };
      const name = putImage(registry, images, model, version, files, { config });
      return start('python3', ['pipelines/deploy/rollout.py'], {
        CLUSTER: model,
        CLUSTER_RESOURCE_GROUP: model,
        NAMESPACE: model,
        REGISTRY_SERVER: new URL(addresses.registry).host,
        IMAGE: model,
        IMAGE_DIGEST: name.split('@')[1] ?? '',
        IMAGE_TAG: `${version}-run-${'c'.repeat(12)}`,
        IMAGE_COMMIT: 'c'.repeat(40),
        MODEL_VERSION: version,
        MODEL_RUN_ID: `run-${version}`,
      });
    },
    async readVersion() {
      const answer = await fetch(`${await endpoint()}/v1/model`);
      return ((await answer.json()) as { version: string }).version;
    },
    kubectl: (...args) => start('kubectl', ['--namespace', model, ...args], {}),
    run: (...args) => sandbox.run(args, clone),
    stop: () => sandbox.stop(),
  };
}

interface Described {
  readonly addresses: { readonly registry: string };
}

/** Pods that wait neither before they count nor before they go: nobody calls them here. */
function hurry(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('minReadySeconds: 5', 'minReadySeconds: 0').replace('seconds: 10', 'seconds: 0'));
}

/** As training does, by MLflow's REST API. */
async function register(sandbox: OwnSandbox, model: string, count: number): Promise<void> {
  const { value: groups } = await sandbox.devOps('GET', 'mlops/_apis/distributedtask/variablegroups');
  const { variables } = groups.find(({ name }: { name: string }) => name === `${model}-deploy`);
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${variables.MLFLOW_TRACKING_URI.value}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.tokenOf('you')}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  await post('registered-models/create', { name: model });
  for (let at = 0; at < count; at += 1)
    await post('model-versions/create', { name: model, source: `mlflow-artifacts:/${at}` });
}

/** What the generated service answers, as far as it is looked at. */
const SERVER = `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const version = readFileSync(process.env.VERSION, 'utf8');
const answers = {
  '/readyz': { status: 'ready' },
  '/healthz': { status: 'ok' },
  '/v1/model': { version },
  '/openapi.json': { components: { schemas: { Request: { examples: [{ data: [{ rooms: 3 }] }] } } } },
  '/v1/score': { predictions: [1] },
};
process.once('SIGTERM', () => process.exit(0));
createServer((request, response) => {
  const answer = answers[request.url];
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  request.resume().once('end', () => response.end(JSON.stringify(answer ?? {})));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
