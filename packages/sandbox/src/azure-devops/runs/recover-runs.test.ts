import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isAlive } from '../../databricks/test-processes.ts';
import { startSandbox } from '../../server.ts';
import { startTestSandbox } from '../../test-sandbox.ts';
import { makePipeline } from './test-pipeline.ts';

/** Runs a sandbox in a process of its own, so that it can be killed. */
const PROGRAM = `
  const [server, home] = process.argv.slice(1);
  const { startSandbox } = await import(server);
  const { addresses } = await startSandbox({ home });
  console.log(addresses.azureDevOps);
`;

async function startProcess(home: string): Promise<ChildProcess> {
  const server = new URL('../../server.ts', import.meta.url).href;
  const args = ['--input-type=module', '-e', PROGRAM, server, home];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Something that leaves the group of its step, as a server of a test may. */
const STRAY = process.platform === 'linux' ? 'setsid sleep 600 & ' : 'sleep 600 & ';

// The program that takes a process out of its group is there on Linux only.
test.skipIf(process.platform !== 'linux')(
  'after kill -9: a run under way is abandoned with its processes gone; one that waited goes on where it was',
  async () => {
    const box = await startTestSandbox();
    const ask = async (path: string, method = 'GET', body?: unknown) => {
      const headers = {
        authorization: `Bearer ${box.tokenOf('you')}`,
        'content-type': 'application/json',
        connection: 'close',
      };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${box.organizationUrl}/${path}`, { method, headers, ...sent });
      const text = await response.text();
      // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
      return (text === '' ? undefined : JSON.parse(text)) as any;
    };
    const timeline = async (
      id: number,
    ): Promise<readonly { name: string; type: string; result: string; issues?: { message: string }[] }[]> =>
      (await ask(`ml/_apis/build/builds/${id}/timeline`)).records;
    let child: ChildProcess | undefined;
    try {
      const file = join(box.folder('pid'), 'pid');
      const long = await makePipeline(box, 'long', {
        'pipeline.yml': `trigger: none\nsteps:\n  - checkout: none\n  - bash: ${STRAY}echo $! > ${file}.stray; setsid sleep 601 & echo $! > ${file}.away; echo $$ > ${file}; exec sleep 600\n    displayName: Sleep\n`,
      });
      const environment = await box.ask('POST', 'ml/_apis/pipelines/environments?api-version=7.1-preview.1', {
        name: 'e',
      });
      const waiting = await makePipeline(box, 'waiting', {
        'pipeline.yml': `
trigger: none
stages:
  - stage: first
    jobs:
      - job: j
        steps: [{ bash: 'echo "##vso[task.setvariable variable=v;isOutput=true]kept"', name: s, displayName: First }]
  - stage: second
    jobs:
      - deployment: d
        environment: e
        variables: { v: "$[ stageDependencies.first.j.outputs['s.v'] ]" }
        strategy: { runOnce: { deploy: { steps: [{ bash: 'test "$V" = kept', displayName: Second }] } } }
`,
      });
      await box.sandbox.stop();

      child = await startProcess(box.home);
      const queue = (id: number) => ask('ml/_apis/build/builds?api-version=7.1', 'POST', { definition: { id } });
      const first = (await queue(long.id)).id;
      const second = (await queue(waiting.id)).id;
      const readPid = (name = file) => {
        try {
          return Number(readFileSync(name, 'utf8'));
        } catch {
          return 0;
        }
      };
      await expect.poll(() => readPid()).toBeGreaterThan(0);
      const types = async () => (await timeline(second)).map(({ type }) => type);
      await expect.poll(types).toContain('Checkpoint.Authorization');
      await sleep(50);
      await kill(child);
      const stray = Number(readFileSync(`${file}.stray`, 'utf8'));
      expect([isAlive(readPid()), isAlive(stray)]).toEqual([true, true]);

      child = await startProcess(box.home);
      expect([isAlive(readPid()), isAlive(stray)]).toEqual([false, false]);
      expect(await ask(`ml/_apis/build/builds/${first}`)).toMatchObject({ status: 'completed', result: 'failed' });
      const step = (await timeline(first)).find(({ name }) => name === 'Sleep');
      expect(step).toMatchObject({ result: 'abandoned', issues: [{ message: expect.stringContaining('abandoned') }] });

      const permission = `ml/_apis/pipelines/pipelinePermissions/environment/${environment.body.id}?api-version=7.1-preview.1`;
      await ask(permission, 'PATCH', { allPipelines: { authorized: true } });
      const result = async () => (await ask(`ml/_apis/build/builds/${second}`)).result;
      await expect.poll(result).toBe('succeeded');
      const tasks = (await timeline(second)).filter(({ type }) => type === 'Task').map(({ name }) => name);
      expect(tasks.filter((name) => name === 'First' || name === 'Second')).toEqual(['First', 'Second']);
    } finally {
      if (child) await kill(child);
      await box.stop();
    }
  },
);

test('a sandbox that is stopped in mid-run ends its steps, and says so of the run when it is started again', async () => {
  const box = await startTestSandbox();
  try {
    const file = join(box.folder('pid'), 'pid');
    const pipeline = await makePipeline(box, 'long', {
      'pipeline.yml': `
trigger: none
steps:
  - checkout: none
  - bash: trap '' INT TERM; echo $$ > ${file}; while true; do sleep 1; done
  - bash: sleep 600
    condition: always()
`,
    });
    const { id } = (await pipeline.queue()).body;
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toMatch(/\d/);
    await box.sandbox.stop();
    expect(isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
    const again = await startSandbox({ home: box.home });
    try {
      const at = `${again.addresses.azureDevOps}/contoso/ml/_apis/build/builds/${id}`;
      const headers = { authorization: `Bearer ${box.tokenOf('you')}`, connection: 'close' };
      const get = async (url: string) => (await fetch(url, { headers })).json();
      expect(await get(at)).toMatchObject({ status: 'completed', result: 'failed' });
      const { records } = (await get(`${at}/timeline`)) as {
        records: { type: string; issues?: { message: string }[] }[];
      };
      const said = records.flatMap(({ issues = [] }) => issues.map(({ message }) => message));
      expect(said).toContain('The run was abandoned: the sandbox was stopped while it was going on.');
    } finally {
      await again.stop();
    }
  } finally {
    await box.stop();
  }
});
