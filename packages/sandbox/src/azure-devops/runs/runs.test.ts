import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { makePipeline } from './test-pipeline.ts';

describe('a run over REST', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  test('steps run, and their log, timeline and result are there', async () => {
    const pipeline = await makePipeline(box, 'simple', {
      'pipeline.yml': `
name: simple-$(Rev:r)
steps:
  - bash: echo "hello from $BUILD_DEFINITIONNAME $BUILD_BUILDNUMBER"; cat file.txt
    displayName: Say hello
`,
      'file.txt': 'content of the file\n',
    });
    const { build, results, log } = await pipeline.run();
    expect(build).toMatchObject({ result: 'succeeded', buildNumber: 'simple-1', reason: 'manual' });
    expect(results['Say hello']).toBe('succeeded');
    expect(await log('Say hello')).toEqual(
      expect.arrayContaining(['hello from simple simple-1', 'content of the file']),
    );
  });
});
