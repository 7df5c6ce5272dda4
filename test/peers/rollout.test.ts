import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putImage } from '../../packages/sandbox/src/cluster/test-put-image.ts';
import { openRegistry } from '../../packages/sandbox/src/registry/registry.ts';
import type { AzSession } from '../../packages/sandbox/src/sign-in/sign-in.ts';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { readManifest, renderProject, writeProject } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { type Ended, runProgram } from '../render/python-project.ts';
import { hasTool, requireTool } from '../require-tool.ts';

const NAME = 'ottawa-over-asking';
const MINUTES = 60_000;

requireTool('python3 and kubectl', () => hasTool('python3') && hasTool('kubectl'))('the step that deploys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-'));
  const project = join(folder, 'project');
  const digests = new Map<string, string>();
  let box: TestSandbox;
  let session: AzSession;

  beforeAll(async () => {
    box = await startTestSandbox();
    await box.control('PUT', `cluster/namespaces/${NAME}`);
    session = box.sandbox.signIn.openSession(PRINCIPAL, join(folder, 'session'));
    writeProject(await renderProject(readManifest(join(ROOT, 'examples/ottawa-over-asking.yaml'))), project);
    const images = join(folder, 'images');
    mkdirSync(images);
    const registry = openRegistry(join(box.home, 'state', 'registry'));
    for (const [tag, version] of Object.entries({ good: '1', wrong: '9' })) {
      const files = { 'app/server.mjs': SERVER, 'app/version.txt': version };
      const name = putImage(registry, images, NAME, tag, files, {
        config: { Env: ['PORT=8080', 'VERSION=/app/version.txt'], Entrypoint: [process.execPath, '/app/server.mjs'] },
      });
      digests.set(tag, name.split('@')[1] ?? '');
    }
  });
  afterAll(async () => {
    await box?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a script of the pipeline, as its step does. */
  function step(script: string, modelVersion: string, tag: string): Promise<Ended> {
    return runProgram('python3', [`pipelines/deploy/${script}`], project, {
      ...session.environment,
      PATH: `${session.path}:${process.env.PATH}`,
      HOME: folder,
      CLUSTER: 'aks-ml',
      CLUSTER_RESOURCE_GROUP: 'rg-ml',
      NAMESPACE: NAME,
      REGISTRY_SERVER: new URL(box.sandbox.addresses.registry).host,
      IMAGE: NAME,
      IMAGE_DIGEST: digests.get(tag) ?? '',
      IMAGE_TAG: tag,
      IMAGE_COMMIT: 'c'.repeat(40),
      MODEL_VERSION: modelVersion,
      MODEL_RUN_ID: 'run',
    });
  }
  const ask = async (): Promise<unknown> => {
    const { body } = await box.control('GET', 'cluster/services');
    return (await fetch(`${body[0].url}/v1/model`)).json();
  };

  it('asks the registry for an image’s digest, and is told when there is none', async () => {
    const show = (image: string) =>
      runProgram(
        'az',
        ['acr', 'repository', 'show', '--name', 'contoso', '--image', image, '--query', 'digest', '-o', 'tsv'],
        folder,
        {
          ...session.environment,
          PATH: `${session.path}:${process.env.PATH}`,
        },
      );
    expect((await show(`${NAME}:good`)).output.trim()).toBe(digests.get('good'));
    expect(await show(`${NAME}:absent`)).toMatchObject({ code: 1, output: expect.stringContaining('does not exist') });
    expect(await show('absent:1')).toMatchObject({ code: 1, output: expect.stringContaining('is not found') });
  });

  it('puts an image into service, and has nothing to do the second time', { timeout: 4 * MINUTES }, async () => {
    const first = await step('rollout.py', '1', 'good');
    expect(first, first.output).toMatchObject({ code: 0, output: expect.stringContaining('Live: ') });
    expect(await ask()).toEqual({ version: '1' });
    const second = await step('rollout.py', '1', 'good');
    expect(second, second.output).toMatchObject({ code: 0, output: expect.stringContaining('Already live: ') });
  });

  it('undoes an image that serves another model, fails, and says so', { timeout: 4 * MINUTES }, async () => {
    const failed = await step('rollout.py', '2', 'wrong');
    expect(failed.code, failed.output).toBe(1);
    expect(failed.output).toContain('it serves model version 9, expected 2');
    expect(failed.output).toContain('The one before was put back and serves.');
    expect(await ask()).toEqual({ version: '1' });
  });
});

const PRINCIPAL = {
  applicationId: '11111111-2222-4333-8444-555555555555',
  tenant: '99999999-2222-4333-8444-555555555555',
  subscription: { id: '77777777-2222-4333-8444-555555555555', name: 'contoso' },
  connection: 'model-ci',
};

/** What the generated service answers, as far as the step looks at it. */
const SERVER = `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const version = readFileSync(process.env.VERSION, 'utf8');
const example = { data: [{ rooms: 3 }] };
const answers = {
  '/readyz': { status: 'ready' },
  '/healthz': { status: 'ok' },
  '/v1/model': { version },
  '/openapi.json': { components: { schemas: { Request: { examples: [example] } } } },
  '/v1/score': { predictions: [1] },
};
process.once('SIGTERM', () => process.exit(0));
createServer((request, response) => {
  const answer = answers[request.url];
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  request.resume().once('end', () => response.end(JSON.stringify(answer ?? {})));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
