import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { endedRunsOf, makeRepository, runsOf, STEPS } from './test-repository.ts';

describe('the end of a run', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  /** Two pipelines in one repository: the second names the first as a resource. */
  async function make(name: string, trigger: string, first = STEPS) {
    const after = `trigger: none
resources:
  pipelines:
    - { pipeline: upstream, source: ${name}-first, trigger: ${trigger} }
steps: [ { bash: echo "$(resources.pipeline.upstream.runID) $(resources.pipeline.upstream.sourceBranch)", displayName: Say } ]
`;
    const files = { 'first.yml': `trigger: none\n${first}`, 'second.yml': after };
    const repository = await makeRepository(box, name, files);
    const source = await repository.pipeline(`${name}-first`, 'first.yml');
    const id = await repository.pipeline(`${name}-second`, 'second.yml');
    return {
      repository,
      source,
      id,
      /** Runs the first, and waits for it. */
      async run(branch = 'main') {
        const body = { definition: { id: source }, sourceBranch: `refs/heads/${branch}` };
        await box.ask('POST', 'ml/_apis/build/builds', body);
        return (await endedRunsOf(box, source)).at(-1);
      },
    };
  }

  test('starts a pipeline that waits for it once, at the same commit, with the run behind its alias', async () => {
    const { id, run, repository } = await make('once', '{ branches: { include: [ main ] } }');
    await repository.push('main', { a: '1' });
    const upstream = await run();
    const [started, ...more] = await endedRunsOf(box, id);
    expect(more).toEqual([]);
    expect(started).toMatchObject({
      reason: 'resourceTrigger',
      result: 'succeeded',
      sourceBranch: 'refs/heads/main',
      sourceVersion: upstream.sourceVersion,
      triggerInfo: { alias: 'upstream', pipelineId: String(upstream.id), version: upstream.buildNumber },
      requestedFor: { displayName: 'You' },
    });
    const at = `ml/_apis/build/builds/${started.id}`;
    const { records } = (await box.ask('GET', `${at}/timeline`)).body;
    const log = records.find(({ name }: { name: string }) => name === 'Say').log.id;
    expect((await box.ask('GET', `${at}/logs/${log}`)).text).toContain(`${upstream.id} refs/heads/main`);
  });

  test('starts nothing if it was not good, or on another branch, or without a trigger', async () => {
    const failing = await make('failing', 'true', 'steps: [ { bash: "false" } ]\n');
    expect((await failing.run()).result).toBe('failed');
    expect(await runsOf(box, failing.id)).toEqual([]);
    const filtered = await make('filtered', '{ branches: { include: [ main ] } }');
    await filtered.repository.push('topic', { a: '1' });
    expect((await filtered.run('topic')).result).toBe('succeeded');
    expect(await runsOf(box, filtered.id)).toEqual([]);
    const silent = await make('silent', 'none');
    expect((await silent.run()).result).toBe('succeeded');
    expect(await runsOf(box, silent.id)).toEqual([]);
  });

  test('counts by its stages where the trigger names some', async () => {
    const stage = (name: string, script: string) =>
      `  - { stage: ${name}, dependsOn: [], jobs: [ { job: it, steps: [ { bash: "${script}" } ] } ] }\n`;
    const stages = `stages:\n${stage('train', 'true')}${stage('report', 'false')}`;
    const named = await make('stages', '{ stages: [ train ] }', stages);
    expect((await named.run()).result).toBe('failed');
    expect(await runsOf(box, named.id)).toHaveLength(1);
    const other = await make('other-stage', '{ stages: [ train, report ] }', stages);
    await other.run();
    expect(await runsOf(box, other.id)).toEqual([]);
  });

  test('is looked at with the filters of the default branch', async () => {
    const { id, run, repository } = await make('default-branch', '{ branches: { include: [ main ] } }');
    const wide =
      'trigger: none\nresources: { pipelines: [ { pipeline: upstream, source: default-branch-first, trigger: true } ] }\n';
    await repository.push('topic', { 'second.yml': `${wide}${STEPS}` });
    await run('topic');
    expect(await runsOf(box, id)).toEqual([]);
    await repository.push('main', { 'second.yml': `${wide}${STEPS}` });
    await run('topic');
    expect((await endedRunsOf(box, id)).map(({ sourceBranch }) => sourceBranch)).toEqual(['refs/heads/topic']);
  });
});
