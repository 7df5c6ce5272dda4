import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasTool, requireTool } from '../require-tool.ts';
import { type ServingWorld, startServingWorld } from './serving-world.ts';

const MODEL = 'tide-table';
const MINUTES = 60_000;

requireTool('python3 and kubectl', () => hasTool('python3') && hasTool('kubectl'))('status', () => {
  let world: ServingWorld;

  beforeAll(async () => {
    world = await startServingWorld(MODEL);
  }, 2 * MINUTES);
  afterAll(() => world?.stop());

  const read = async () => JSON.parse((await world.run('status', '--json')).stdout);

  it('says of a model that nobody has trained what is not there yet', async () => {
    const { services, generator, expires } = await read();
    expect(generator).toMatch(/^\d+\.\d+\.\d+/);
    expect(expires).toEqual([]);
    expect(services).toMatchObject({
      deployed: { value: null },
      registered: { value: null },
      training: { value: null },
      cluster: { value: null },
      endpoint: { value: null },
      schedule: { value: { missed: false, next: expect.any(String) } },
    });
    const pipelines = ['deploy', 'retrain', 'ci'].map((name) => ({ pipeline: `${MODEL}-${name}` }));
    expect(services.runs.value).toEqual(pipelines);
  });

  it('says what serves, and what a deploy run’s tags say', { timeout: 2 * MINUTES }, async () => {
    await world.register(2);
    expect(await world.deploy('2')).toMatchObject({ exitCode: 0 });
    const { id } = await queueTagged(['model-2', 'image-2-run-abc']);
    const { services } = await read();
    expect(services).toMatchObject({
      deployed: { value: { version: '2', image: '2-run-abc', run: id } },
      registered: { value: 2 },
      cluster: { value: { version: '2', run: 'run-2', ready: 2, wanted: 2 } },
      endpoint: { value: { version: '2' } },
    });
    const text = (await world.run('status', '--lang', 'fr')).stdout;
    expect(text).toContain('prêt, répond avec la version 2 du modèle');
  });

  it('says why a part cannot be read, and shows the others', async () => {
    await world.sandbox.control('POST', 'faults', { fault: 'status-401', service: 'tracking' });
    const { services } = await read();
    expect(services.registered).toEqual({ problem: expect.stringContaining('HTTP 401') });
    expect(services.endpoint).toEqual({ value: { version: '2' } });
    await world.sandbox.control('DELETE', 'faults');
  });

  it('names a schedule that passed without a run', async () => {
    const { value } = await world.sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const { id } = value.find(({ name }: { name: string }) => name === `${MODEL}-retrain`);
    const definition = await world.sandbox.devOps('GET', `mlops/_apis/build/definitions/${id}`);
    await world.sandbox.devOps('PUT', `mlops/_apis/build/definitions/${id}`, {
      ...definition,
      queueStatus: 'disabled',
    });
    await world.sandbox.control('PUT', 'clock', { advance: 8 * 86_400 });
    const { services } = await read();
    expect(services.schedule.value).toMatchObject({ missed: true });
    expect((await world.run('status')).stdout).toContain('Nothing ran then.');
  });

  it('shows the files alone where it is asked to, and where the sandbox does not run', async () => {
    const files = JSON.parse((await world.run('status', '--files', '--json')).stdout);
    expect(files.services).toBeUndefined();
    expect(files.files.length).toBeGreaterThan(50);
    const away = { MLOPS_SANDBOX_HOME: `${world.sandbox.root}/elsewhere` };
    const stopped = await world.sandbox.run(['status'], world.clone, undefined, away);
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The sandbox does not run.') });
  });

  /** A run of the deploy pipeline as far as its tags; its steps are not waited for. */
  async function queueTagged(tags: readonly string[]): Promise<{ readonly id: number }> {
    const { value } = await world.sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const definition = value.find(({ name }: { name: string }) => name === `${MODEL}-deploy`);
    const run = await world.sandbox.devOps('POST', 'mlops/_apis/build/builds', { definition: { id: definition.id } });
    for (const tag of tags) await world.sandbox.devOps('PUT', `mlops/_apis/build/builds/${run.id}/tags/${tag}`);
    await world.sandbox.devOps('PATCH', `mlops/_apis/build/builds/${run.id}`, { status: 'cancelling' });
    return run;
  }
});
