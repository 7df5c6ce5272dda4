import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnSandbox, startOwnSandbox } from '../e2e/own-sandbox.ts';
import { ensureBaseImage } from '../image/base-image.ts';
import { canRunContainers, createNetwork, PROGRAMS } from '../image/container-engine.ts';
import { type Podman, startPodman } from '../image/podman.ts';
import { hasTool, requireTool } from '../require-tool.ts';

const MODEL = 'rehearsal-1';
const HOUR = 3_600_000;
/** Chapters before the first deploy: told by another test. */
const TOLD = 6;
const canServe = () => canRunContainers() && hasTool('kubectl');

interface Result {
  readonly what: string;
  readonly value: string;
}

requireTool(`root, kubectl and ${PROGRAMS.join(', ')}`, canServe)('the serving chapters of rehearse', () => {
  const folder = mkdtempSync(join(tmpdir(), 'containers-'));
  const engine = { DOCKER_HOST: `unix://${join(folder, 'podman.sock')}` };
  let sandbox: OwnSandbox;
  let podman: Podman;
  let results: readonly Result[];

  beforeAll(async () => {
    sandbox = await startOwnSandbox(engine);
    const { addresses } = JSON.parse(readFileSync(join(sandbox.home, 'sandbox.json'), 'utf8'));
    const server = new URL(addresses.registry).host;
    podman = await startPodman(folder, server);
    await createNetwork(podman.docker);
    await pushBase(server);
    const base = ['--base-image', `${server}/base:1`];
    const created = await sandbox.run(
      ['create', MODEL, '--yes', '--target', 'sandbox', ...base],
      join(sandbox.root, 'work'),
    );
    expect(created, created.stderr).toMatchObject({ exitCode: 0 });
    await train();
    const rehearsal = join(sandbox.home, 'rehearsal');
    mkdirSync(join(rehearsal, 'model'), { recursive: true });
    writeFileSync(join(rehearsal, 'progress.json'), JSON.stringify({ number: 1, told: TOLD, results: [] }));
  }, HOUR);
  afterAll(async () => {
    await sandbox?.stop();
    await podman?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  async function pushBase(server: string): Promise<void> {
    await podman.docker('import', await ensureBaseImage(), `${server}/base:1`);
    const env = { ...process.env, ...podman.env };
    const login = promisify(execFile)('docker', ['login', server, '-u', 'you', '--password-stdin'], { env });
    login.child.stdin?.end(sandbox.tokenOf('you'));
    await login;
    await podman.docker('push', `${server}/base:1`);
  }

  /** The first model; its success starts the first deploy run. */
  async function train(): Promise<void> {
    const { value } = await sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const definition = value.find(({ name }: { name: string }) => name === `${MODEL}-retrain`);
    const { id } = await sandbox.devOps('POST', 'mlops/_apis/build/builds', { definition: { id: definition.id } });
    for (let result: string | undefined; result !== 'succeeded'; await delay(1000)) {
      ({ result } = await sandbox.devOps('GET', `mlops/_apis/build/builds/${id}`));
      if (result === 'failed' || result === 'canceled') throw new Error(`the training ended as ${result}`);
    }
  }

  const valuesOf = (what: RegExp) => results.filter((each) => what.test(each.what)).map(({ value }) => value);

  test('are told to their end with containers', { timeout: HOUR }, async () => {
    const ran = await sandbox.run(['rehearse', '--json'], join(sandbox.root, 'work'), undefined, engine);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    ({ results } = JSON.parse(ran.stdout) as { readonly results: readonly Result[] });
    expect(ran.stderr.match(/requests, each answered with 200/g)).toHaveLength(3);
    // First, better, put back.
    expect(valuesOf(/^Model version in service$/)).toEqual(['1', '2', '1']);
  });

  test('each run ended as it was told, and is the service’s own', async () => {
    const ends: string[] = [];
    for (const id of [...valuesOf(/^Run of .*-deploy$/), ...valuesOf(/-deploy that failed$/)])
      ends.push((await sandbox.devOps('GET', `mlops/_apis/build/builds/${id}`)).result);
    expect(ends).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'failed']);
  });

  test('what status says is what was told last', async () => {
    const status = await sandbox.run(['status', '--json'], join(sandbox.root, 'work', MODEL), undefined, engine);
    const { services } = JSON.parse(status.stdout);
    expect(services).toMatchObject({
      cluster: { value: { version: '1', image: valuesOf(/^Image in service$/).at(-1), ready: 2, wanted: 2 } },
      deployed: { value: { version: '1', run: Number(valuesOf(/^Run of .*-deploy$/).at(-1)) } },
      endpoint: { value: { version: '1' } },
      registered: { value: 2 },
    });
    expect(services.cluster.value.held).toBeUndefined();
  });
});
