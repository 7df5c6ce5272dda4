import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnSandbox, startOwnSandbox } from '../e2e/own-sandbox.ts';
import { hasPython } from '../render/python-project.ts';
import { hasTool, requireTool } from '../require-tool.ts';

const MODEL = 'without-engine';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

requireTool('python3 and kubectl', () => hasPython() && hasTool('kubectl'))('without a container engine', () => {
  let sandbox: OwnSandbox;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    await sandbox.control('PUT', 'settings', { runtime: 'process' });
  });
  // Tens of thousands of files go: environments, layers, images.
  afterAll(() => sandbox?.stop(), 5 * MINUTE);

  /** Waits for the newest run of a pipeline. @returns its id and result */
  async function untilEnded(pipeline: string): Promise<{ readonly id: number; readonly result: string }> {
    for (;;) {
      const { value } = await sandbox.devOps('GET', 'mlops/_apis/build/builds');
      const [run] = value.filter(({ definition }: { definition: { name: string } }) => definition.name === pipeline);
      if (run?.status === 'completed') return run;
      await delay(1000);
    }
  }

  test('a trained model is built, pushed, put into service and answers', { timeout: HOUR }, async () => {
    const work = join(sandbox.root, 'work');
    mkdirSync(work);
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work);
    expect(created, created.stderr).toMatchObject({ exitCode: 0 });
    const { value } = await sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const retrain = value.find(({ name }: { name: string }) => name === `${MODEL}-retrain`);
    await sandbox.devOps('POST', 'mlops/_apis/build/builds', { definition: { id: retrain.id } });
    expect(await untilEnded(`${MODEL}-retrain`)).toMatchObject({ result: 'succeeded' });
    const deploy = await untilEnded(`${MODEL}-deploy`);
    const { records } = await sandbox.devOps('GET', `mlops/_apis/build/builds/${deploy.id}/timeline`);
    const issues = records.flatMap((record: { name: string; issues?: object[] }) =>
      (record.issues ?? []).map((issue) => ({ step: record.name, ...issue })),
    );
    expect(deploy, JSON.stringify(issues, null, 1)).toMatchObject({ result: 'succeeded' });
    const services = await sandbox.control('GET', 'cluster/services');
    const { url } = services.find(({ name }: { name: string }) => name === MODEL);
    expect(await (await fetch(`${url}/v1/model`)).json()).toMatchObject({ version: '1' });
  });
});
