import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePipeline, type TestPipeline } from '../../packages/sandbox/src/azure-devops/runs/test-pipeline.ts';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { requireTool } from '../require-tool.ts';
import { type Az, azOf } from './run-az.ts';

const YAML = `
trigger: none
parameters: [{ name: word, type: string, default: nothing }]
stages:
  - stage: make
    jobs:
      - job: j
        steps:
          - bash: mkdir out && echo "\${{ parameters.word }} $(asked)" > out/said.txt
          - publish: out
            artifact: said
`;

requireTool('az')(
  'Microsoft’s Azure CLI runs pipelines on the sandbox',
  () => {
    let box: TestSandbox;
    let az: Az;
    let pipeline: TestPipeline;
    beforeAll(async () => {
      box = await startTestSandbox();
      az = azOf(box);
      pipeline = await makePipeline(box, 'by-az', { 'pipeline.yml': YAML });
      const at = `ml/_apis/build/definitions/${pipeline.id}`;
      const definition = (await box.ask('GET', at)).body;
      await box.ask('PUT', at, { ...definition, variables: { asked: { value: '', allowOverride: true } } });
    });
    afterAll(() => box?.stop());

    /** As a script would wait. */
    async function waitFor(id: number) {
      for (;;) {
        const run = await az(['pipelines', 'runs', 'show', '--id', String(id)]);
        if (run.status === 'completed') return run;
        await sleep(200);
      }
    }

    test('a run with variables, waited for, listed, tagged, with its artifact', async () => {
      const queued = await az([
        'pipelines',
        'run',
        '--name',
        'by-az',
        '--branch',
        'main',
        '--variables',
        'asked=it\'s "please"',
      ]);
      expect(queued).toMatchObject({
        reason: 'manual',
        sourceBranch: 'refs/heads/main',
        definition: { name: 'by-az' },
      });
      expect(await waitFor(queued.id)).toMatchObject({
        result: 'succeeded',
        parameters: JSON.stringify({ asked: 'it\'s "please"' }),
      });
      const [artifact] = await az(['pipelines', 'runs', 'artifact', 'list', '--run-id', String(queued.id)]);
      expect(artifact).toMatchObject({ name: 'said', resource: { type: 'PipelineArtifact' } });
      expect(await az(['pipelines', 'runs', 'tag', 'add', '--run-id', String(queued.id), '--tags', 'a,b'])).toEqual([
        'a',
        'b',
      ]);
      await az(['pipelines', 'runs', 'tag', 'delete', '--run-id', String(queued.id), '--tag', 'a']);
      const filters = [
        '--pipeline-ids',
        String(pipeline.id),
        '--result',
        'succeeded',
        '--tags',
        'b',
        '--branch',
        'main',
      ];
      const order = ['--query-order', 'QueueTimeDesc', '--top', '1'];
      const ids = (runs: readonly { id: number }[]) => runs.map(({ id }) => id);
      expect(ids(await az(['pipelines', 'runs', 'list', ...filters, ...order]))).toEqual([queued.id]);
      expect(ids(await az(['pipelines', 'build', 'list', '--reason', 'manual']))).toEqual([queued.id]);
      expect((await az(['pipelines', 'build', 'show', '--id', String(queued.id)])).buildNumber).toMatch(/^\d{8}\.1$/);
    });

    test('a run with parameters, which go another way; a wrong one is refused in the service’s words', async () => {
      const queued = await az([
        'pipelines',
        'run',
        '--id',
        String(pipeline.id),
        '--branch',
        'main',
        '--parameters',
        'word=hello',
      ]);
      expect(queued).toMatchObject({ state: 'inProgress', templateParameters: { word: 'hello' } });
      expect((await waitFor(queued.id)).result).toBe('succeeded');
      await expect(az(['pipelines', 'run', '--id', String(pipeline.id), '--parameters', 'no=1'])).rejects.toThrow(
        /Unexpected parameter 'no'/,
      );
      await expect(az(['pipelines', 'run', '--id', String(pipeline.id), '--branch', 'nowhere'])).rejects.toThrow(
        /no branch refs\/heads\/nowhere/,
      );
      await expect(az(['pipelines', 'run', '--id', String(pipeline.id)], { who: 'reader' })).rejects.toThrow(
        /TF215106/,
      );
    });
  },
  240_000,
);
