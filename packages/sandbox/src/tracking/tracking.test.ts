import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../../../../test/require-tool.ts';
import { isAlive } from '../databricks/test-processes.ts';
import { ensurePythonEnvironment, findPythonEnvironment } from '../python/python-environment.ts';
import { AUDIENCES } from '../sign-in/audiences.ts';
import type { Subject } from '../sign-in/tokens.ts';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';
import { MLFLOW_PIN, openMlflowServer } from './mlflow-server.ts';
import { toWorkspacePath } from './workspace-path.ts';

const WORKSPACE = toWorkspacePath({ subscription: 's', resourceGroup: 'g', name: 'w' });
const NOTEBOOK: Subject = { kind: 'application', id: 'a', tenant: 't', name: 'tracking' };

test('the server is the MLflow that projects are developed with', () => {
  const pins = readFileSync(new URL('../../../../templates/root/requirements/dev.txt', import.meta.url), 'utf8');
  expect(pins.split('\n')).toContain(MLFLOW_PIN);
});

requireTool('python3')('a real mlflow server behind the rules of Azure ML', () => {
  let box: TestSandbox;
  let isStopped = false;
  beforeAll(async () => {
    if (!(await findPythonEnvironment(MLFLOW_PIN))) await ensurePythonEnvironment([MLFLOW_PIN]);
    box = await startTestSandbox();
  }, 600_000);
  afterAll(() => {
    if (isStopped) rmSync(join(box.home, '..'), { recursive: true, force: true });
    else return box?.stop();
  });

  const grant = (audience: (typeof AUDIENCES)[keyof typeof AUDIENCES], seconds = 60) =>
    box.sandbox.signIn.tokens.grant(NOTEBOOK, audience, seconds).text;
  const ask = async (method: string, path: string, token: string, body?: unknown) => {
    const isText = typeof body === 'string';
    const response = await fetch(`${box.sandbox.addresses.tracking}${WORKSPACE}/api/2.0/${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': isText ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined };
  };

  test('keeps runs, metrics and files', async () => {
    const token = grant(AUDIENCES.management);
    const { body: made } = await ask('POST', 'mlflow/experiments/create', token, { name: 'ottawa' });
    const { body } = await ask('POST', 'mlflow/runs/create', token, {
      experiment_id: made.experiment_id,
      start_time: 1,
    });
    const { run_id, artifact_uri } = body.run.info;
    const metric = { run_id, key: 'log_loss', value: 0.5, timestamp: 1 };
    expect((await ask('POST', 'mlflow/runs/log-metric', token, metric)).status).toBe(200);
    const file = `mlflow-artifacts/artifacts/${artifact_uri.replace('mlflow-artifacts:/', '')}/model/x.bin`;
    const content = 'x'.repeat(40_000_000);
    expect((await ask('PUT', file, token, content)).status).toBe(200);
    expect((await ask('GET', file, token)).text === content).toBe(true);
    const seen = await ask('GET', `mlflow/runs/get?run_id=${run_id}`, grant(AUDIENCES.machineLearning));
    expect(seen.body.run.data.metrics).toMatchObject([{ key: 'log_loss', value: 0.5 }]);
    const person = await ask('GET', `mlflow/runs/get?run_id=${run_id}`, box.tokenOf('reader'));
    expect(person.status).toBe(200);
  }, 180_000);

  test('asks for a token that is good, and for this service', async () => {
    const search = (token: string) => ask('POST', 'mlflow/experiments/search', token, { max_results: 1 });
    expect(await search('')).toMatchObject({ status: 401, body: { error: { message: 'Bearer token not provided.' } } });
    expect(await search(grant(AUDIENCES.management, 0))).toMatchObject({
      status: 401,
      body: { error: { message: 'Bearer token has expired.' } },
    });
    expect((await search(grant(AUDIENCES.databricks))).status).toBe(401);
    expect((await search('nothing')).status).toBe(401);
    expect((await search(box.tokenOf('reader'))).status).toBe(200);
    expect((await ask('POST', 'mlflow/runs/create', box.tokenOf('reader'), {})).status).toBe(403);
  });

  test('refuses what Azure ML does not have, in its way', async () => {
    const token = grant(AUDIENCES.management);
    expect(await ask('POST', 'mlflow/logged-models', token, {})).toMatchObject({ status: 404, text: '' });
    expect(await ask('POST', 'mlflow/runs/search', token, { order_by: ['metrics.x'] })).toMatchObject({
      status: 400,
      body: { error: { code: 'UserError' } },
    });
    const outside = await fetch(`${box.sandbox.addresses.tracking}/api/2.0/mlflow/experiments/search`);
    expect(outside.status).toBe(404);
  });

  test('is found by az, in the form that the service gives it', async () => {
    const principal = {
      applicationId: 'a',
      tenant: 't',
      subscription: { id: 's', name: 'n' },
      connection: 'c',
    };
    const { signIn, addresses } = box.sandbox;
    const session = signIn.openSession(principal, box.folder('step'));
    const { secret } = JSON.parse(
      readFileSync(join(session.environment.AZURE_CONFIG_DIR ?? '', 'session.json'), 'utf8'),
    );
    const words = ['ml', 'workspace', 'show', '-n', 'w', '-g', 'g', '--query', 'mlflow_tracking_uri', '-o', 'tsv'];
    expect((await signIn.answerAz(secret, words)).stdout).toBe(`${addresses.tracking}${WORKSPACE}\n`);
  });

  test('ends when the sandbox is killed, and the next one clears away after it', async () => {
    const folder = box.folder('tracking');
    const program = `
      const { openMlflowServer } = await import(process.argv[1]);
      await openMlflowServer(process.argv[2]).ensure();
      console.log('up');`;
    const module = new URL('./mlflow-server.ts', import.meta.url).href;
    const killed = spawn(process.execPath, ['--input-type=module', '-e', program, module, folder]);
    await once(killed.stdout, 'data');
    const { pid, socket } = JSON.parse(readFileSync(join(folder, 'mlflow.pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    killed.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    openMlflowServer(folder).recover();
    expect([socket, join(folder, 'mlflow.pid')].filter((path) => existsSync(path))).toEqual([]);
  }, 180_000);

  test('ends with the sandbox', async () => {
    const memory = join(box.home, 'state', 'tracking', 'mlflow.pid');
    const { pid, socket } = JSON.parse(readFileSync(memory, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    await box.sandbox.stop();
    isStopped = true;
    expect(isAlive(pid)).toBe(false);
    expect([socket, memory].filter((path) => existsSync(path))).toEqual([]);
  });
});
