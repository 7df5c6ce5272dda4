import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { makePipeline } from './test-pipeline.ts';

/** How a stage can end, and the job that makes it end so. */
const ENDS = {
  good: '{ job: j, steps: [{ checkout: none }] }',
  issues: '{ job: j, steps: [{ checkout: none }, { bash: exit 1, continueOnError: true }] }',
  bad: '{ job: j, steps: [{ checkout: none }, { bash: exit 1 }] }',
  skipped: "{ job: j, condition: 'false', steps: [{ checkout: none }] }",
} as const;

/** Condition of a stage → the ends of the stage before after which it runs (MicrosoftDocs process/conditions). */
const STAGES: readonly (readonly [condition: string, runsAfter: readonly (keyof typeof ENDS)[]])[] = [
  ['', ['good', 'issues']],
  ['succeeded()', ['good', 'issues']],
  ['succeededOrFailed()', ['good', 'issues', 'bad', 'skipped']],
  ['always()', ['good', 'issues', 'bad', 'skipped']],
  ['failed()', ['bad']],
  ['canceled()', []],
  ["not(failed('BEFORE'))", ['good', 'issues', 'skipped']],
  ["succeeded('BEFORE')", ['good', 'issues']],
  ["in(dependencies.BEFORE.result, 'Succeeded', 'Skipped')", ['good', 'skipped']],
  ["eq(dependencies.BEFORE.result, 'SucceededWithIssues')", ['issues']],
];

describe('what runs after what', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  test.each(Object.keys(ENDS) as (keyof typeof ENDS)[])('after a stage that ended %s', async (end) => {
    const after = STAGES.map(
      ([condition], index) =>
        `  - stage: s${index}\n    dependsOn: before\n${condition === '' ? '' : `    condition: ${condition.replaceAll('BEFORE', 'before')}\n`}    jobs: [${ENDS.good}]\n`,
    );
    const yaml = `trigger: none\nstages:\n  - stage: before\n    jobs: [${ENDS[end]}]\n${after.join('')}`;
    const { records } = await (await makePipeline(box, `after-${end}`, { 'pipeline.yml': yaml })).run();
    const stages = records.filter(({ type, identifier }) => type === 'Stage' && identifier !== 'before');
    const seen = stages.map(({ result }, index) => [STAGES[index]?.[0], result === 'succeeded']);
    expect(seen).toEqual(STAGES.map(([condition, runsAfter]) => [condition, runsAfter.includes(end)]));
  });

  test.each(['one', 'two', 'three'])(
    'a step that fails in stage %s ends what follows, and nothing before',
    async (failing) => {
      const names = ['one', 'two', 'three'];
      const stages = names.map(
        (name) =>
          `  - stage: ${name}\n    jobs:\n      - job: j\n        steps:\n          - checkout: none\n          - bash: test \${{ parameters.failing }} != ${name}\n          - bash: echo\n`,
      );
      const yaml = `trigger: none\nparameters: [{ name: failing, type: string }]\nstages:\n${stages.join('')}`;
      const pipeline = await makePipeline(box, `fails-in-${failing}`, { 'pipeline.yml': yaml });
      const { build, records } = await pipeline.run({ templateParameters: { failing } });
      expect(build.result).toBe('failed');
      const at = names.indexOf(failing);
      const expected = names.map((_, index) => (index < at ? 'succeeded' : index === at ? 'failed' : 'skipped'));
      expect(records.filter(({ type }) => type === 'Stage').map(({ result }) => result)).toEqual(expected);
    },
  );
});
