import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AzSession } from '../../packages/sandbox/src/sign-in/sign-in.ts';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { readManifest, renderProject, writeProject } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { type Ended, hasPython, runProgram } from '../render/python-project.ts';
import { hasTool, requireTool } from '../require-tool.ts';

const NAME = 'ottawa-over-asking';
const MINUTES = 60_000;

const canRun = () => hasPython() && hasTool('kubectl') && hasTool('skopeo');
requireTool('python3, kubectl and skopeo', canRun)('the step that builds, without a container engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'own-docker-'));
  const project = join(folder, 'project');
  const model = join(folder, 'model');
  let box: TestSandbox;
  let session: AzSession;
  let server: string;
  let digest: string;

  beforeAll(async () => {
    box = await startTestSandbox();
    server = new URL(box.sandbox.addresses.registry).host;
    session = box.sandbox.signIn.openSession(PRINCIPAL, join(folder, 'session'));
    await box.control('PUT', `cluster/namespaces/${NAME}`);
    writeProject(await renderProject(readManifest(join(ROOT, 'examples/ottawa-over-asking.yaml'))), project);
    const git = ['-c', 'user.name=You', '-c', 'user.email=you@sandbox.test'];
    for (const words of [
      ['init', '--quiet'],
      ['add', '--all'],
      [...git, 'commit', '--quiet', '--message', 'first'],
    ])
      execFileSync('git', words, { cwd: project });
    mkdirSync(model);
    writeFileSync(join(model, 'note.txt'), 'no model yet\n');
  });
  afterAll(async () => {
    await box?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the script of the pipeline, as its step does. */
  function build(version: string): Promise<Ended> {
    const minor = execFileSync('python3', ['-c', 'import sys; print(sys.version_info[1])'], {
      encoding: 'utf8',
    }).trim();
    return runProgram('python3', ['pipelines/deploy/build_push_image.py', '--model', model], project, {
      ...session.environment,
      PATH: [session.path, join(box.home, 'state', 'docker', 'bin'), process.env.PATH].join(':'),
      HOME: folder,
      REGISTRY_NAME: 'contoso',
      REGISTRY_SERVER: server,
      IMAGE: NAME,
      BASE_IMAGE: `python:3.${minor}-slim`,
      MODEL: NAME,
      MODEL_VERSION: version,
      MODEL_RUN_ID: 'run',
    });
  }

  it('builds and pushes an image, and finds it the next time', { timeout: 6 * MINUTES }, async () => {
    const first = await build('1');
    expect(first.code, first.output).toBe(0);
    expect(first.output).toContain('process, not container');
    digest = /variable=digest;isOutput=true\](sha256:[0-9a-f]{64})/.exec(first.output)?.[1] ?? '';
    const again = await build('1');
    expect(again, again.output).toMatchObject({ code: 0, output: expect.stringContaining(digest) });
    expect(again.output).toContain('has this image already');
  });

  it('signs in no longer than its session lasts, and leaves no password behind', async () => {
    const kept = await runProgram(
      'grep',
      ['-rlF', ':"Basic ', join(folder, 'session'), join(box.home, 'state', 'docker')],
      folder,
    );
    expect(kept.output.trim().split('\n')).toEqual([
      expect.stringContaining(session.environment.AZURE_CONFIG_DIR ?? '-'),
    ]);
  });

  it('makes what skopeo copies, verified, and tells what it is', { timeout: 2 * MINUTES }, async () => {
    const image = `docker://${server}/${NAME}@${digest}`;
    const options = ['--tls-verify=false', `--creds=you:${box.tokenOf('you')}`];
    const inspected = await runProgram('skopeo', ['inspect', ...options, image], folder);
    expect(JSON.parse(inspected.output)).toMatchObject({
      Digest: digest,
      Labels: {
        'org.opencontainers.image.title': NAME,
        'ca.gc.mlops.model.version': '1',
        'create-mlops-model-sandbox.runs-as': 'process, not container',
      },
    });
    const copied = await runProgram(
      'skopeo',
      [
        'copy',
        `--src-${options[0]?.slice(2)}`,
        `--src-${options[1]?.slice(2)}`,
        image,
        `oci:${join(folder, 'copy')}:1`,
      ],
      folder,
    );
    expect(copied, copied.output).toMatchObject({ code: 0 });
  });

  it('is run as a process by the cluster, where the service answers', { timeout: 3 * MINUTES }, async () => {
    writeFileSync(join(folder, 'kubeconfig'), box.sandbox.toKubeconfig(box.tokenOf('you')), { mode: 0o600 });
    writeFileSync(join(folder, 'manifests.yaml'), toManifests(`${server}/${NAME}@${digest}`));
    const kubectl = (...words: string[]) =>
      runProgram('kubectl', ['--namespace', NAME, ...words], folder, {
        KUBECONFIG: join(folder, 'kubeconfig'),
        HOME: folder,
      });
    const applied = await kubectl('apply', '--server-side', '--filename', 'manifests.yaml');
    expect(applied, applied.output).toMatchObject({ code: 0 });
    const rolled = await kubectl('rollout', 'status', `deployment/${NAME}`, '--timeout=120s');
    expect(rolled.code, `${rolled.output}${(await kubectl('logs', `deployment/${NAME}`)).output}`).toBe(0);
    const [service] = (await box.control('GET', 'cluster/services')).body;
    expect(await (await fetch(`${service.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  });

  it('packs only what has changed', { timeout: 3 * MINUTES }, async () => {
    writeFileSync(join(model, 'note.txt'), 'another model\n');
    const { code, output } = await build('2');
    expect(code, output).toBe(0);
    expect(output).not.toContain('Collecting');
    expect(output).toContain(`${NAME}:2-run-`);
    expect(output).not.toContain(digest);
  });
});

const PRINCIPAL = {
  applicationId: '11111111-2222-4333-8444-555555555555',
  tenant: '99999999-2222-4333-8444-555555555555',
  subscription: { id: '77777777-2222-4333-8444-555555555555', name: 'contoso' },
  connection: 'model-ci',
};

function toManifests(image: string): string {
  const labels = { app: NAME };
  const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 };
  const container = { name: 'api', image, ports: [{ containerPort: 8080 }], readinessProbe };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  const ports = [{ port: 80, targetPort: 8080 }];
  const objects = [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME }, spec },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: NAME }, spec: { selector: labels, ports } },
  ];
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}
