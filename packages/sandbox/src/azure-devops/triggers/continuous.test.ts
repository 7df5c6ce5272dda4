import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { endedRunsOf, makeRepository, runsOf, STEPS } from './test-repository.ts';

describe('a push', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  /** Branches of the runs that these pushes start. */
  async function start(name: string, yaml: string, pushes: readonly (readonly [branch: string, file: string])[]) {
    const repository = await makeRepository(box, name, { 'ci.yml': yaml });
    const id = await repository.pipeline(name, 'ci.yml');
    for (const [branch, file] of pushes) await repository.push(branch, { [file]: `${branch} ${file}` });
    return (await runsOf(box, id)).map(({ sourceBranch }) => sourceBranch.replace('refs/heads/', ''));
  }

  test('starts a pipeline that says nothing of triggers, on each branch', async () => {
    // The branch itself is a push too, before its first commit.
    expect(
      await start('silent', STEPS, [
        ['main', 'a'],
        ['topic', 'a'],
      ]),
    ).toEqual(['main', 'topic', 'topic']);
  });

  test('starts nothing with `trigger: none`', async () => {
    expect(await start('none', `trigger: none\n${STEPS}`, [['main', 'a']])).toEqual([]);
  });

  test('starts what its branch and its files fit', async () => {
    const yaml = `trigger: { branches: { include: [ main ] }, paths: { include: [ src ], exclude: [ src/README.md ] } }\n${STEPS}`;
    const pushes = [
      ['main', 'README.md'],
      ['main', 'src/README.md'],
      ['main', 'src/a.py'],
      ['topic', 'src/a.py'],
    ] as const;
    expect(await start('paths', yaml, pushes)).toEqual(['main']);
  });

  test('is read in the YAML of the pushed commit', async () => {
    const repository = await makeRepository(box, 'at-commit', { 'ci.yml': `trigger: none\n${STEPS}` });
    const id = await repository.pipeline('at-commit', 'ci.yml');
    const commit = await repository.push('topic', { 'ci.yml': `trigger: [ topic ]\n${STEPS}` });
    const [run, ...more] = await endedRunsOf(box, id);
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      reason: 'individualCI',
      sourceVersion: commit,
      result: 'succeeded',
      requestedFor: { displayName: 'You' },
      requestedBy: { displayName: 'Microsoft.VisualStudio.Services.TFS' },
      triggerInfo: { 'ci.sourceSha': commit, 'ci.sourceBranch': 'refs/heads/topic', 'ci.message': 'change' },
    });
  });

  test('starts nothing where its newest commit says so', async () => {
    const repository = await makeRepository(box, 'skips', { 'ci.yml': STEPS });
    const id = await repository.pipeline('skips', 'ci.yml');
    await repository.push('main', { a: '1' }, { message: 'docs [skip ci]' });
    expect(await runsOf(box, id)).toEqual([]);
    await repository.push('main', { a: '2' }, { message: 'code' });
    expect(await runsOf(box, id)).toHaveLength(1);
  });

  test('counts for what the definition says where that puts the YAML out of force', async () => {
    const repository = await makeRepository(box, 'own', { 'ci.yml': `trigger: none\n${STEPS}` });
    const trigger = { triggerType: 'continuousIntegration', settingsSourceType: 1, pathFilters: ['-/docs'] };
    const id = await repository.pipeline('own', 'ci.yml', {
      triggers: [{ ...trigger, branchFilters: ['+refs/heads/main'], batchChanges: false }],
    });
    await repository.push('main', { 'docs/a': '1' });
    await repository.push('main', { 'src/a': '1' });
    await repository.push('topic', { 'src/a': '2' });
    expect((await runsOf(box, id)).map(({ sourceBranch }) => sourceBranch)).toEqual(['refs/heads/main']);
  });

  test('starts no definition without a CI trigger, and none that is disabled or paused', async () => {
    const repository = await makeRepository(box, 'silenced', { 'ci.yml': STEPS });
    const ids = [
      await repository.pipeline('no-trigger', 'ci.yml', {}),
      await repository.pipeline('disabled', 'ci.yml', { queueStatus: 'disabled' }),
      await repository.pipeline('paused', 'ci.yml', { queueStatus: 'paused' }),
    ];
    await repository.push('main', { a: '1' });
    for (const id of ids) expect(await runsOf(box, id)).toEqual([]);
  });

  test('that breaks the YAML starts a run that fails at once, and later pushes of other files start none', async () => {
    const repository = await makeRepository(box, 'broken', { 'ci.yml': `trigger: none\n${STEPS}` });
    const id = await repository.pipeline('broken', 'ci.yml');
    await repository.push('main', { 'ci.yml': 'trigger: [ main\n' });
    await repository.push('main', { a: '1' });
    const [run, ...more] = await runsOf(box, id);
    expect(more).toEqual([]);
    expect(run).toMatchObject({ status: 'completed', result: 'failed' });
    const { validationResults } = (await box.ask('GET', `ml/_apis/build/builds/${run.id}`)).body;
    expect(validationResults[0].message).toMatch(/^\/ci\.yml \(Line: \d+, Col: \d+\): /);
  });

  test('during a run waits with `batch`, and all that waited are built by one run', async () => {
    const yaml = `trigger: { batch: true, branches: { include: [ main ] } }
jobs:
  - deployment: there
    environment: batched
    strategy: { runOnce: { deploy: { steps: [ { bash: "true" } ] } } }
`;
    const repository = await makeRepository(box, 'batched', { 'ci.yml': yaml });
    const environment = (await box.ask('POST', 'ml/_apis/distributedtask/environments', { name: 'batched' })).body.id;
    const id = await repository.pipeline('batched', 'ci.yml');
    await repository.push('main', { a: '1' });
    await repository.push('main', { a: '2' });
    const last = await repository.push('main', { a: '3' }, { who: 'administrator' });
    expect((await runsOf(box, id)).map(({ reason }) => reason)).toEqual(['batchedCI']);
    const permit = { pipelines: [{ id, authorized: true }] };
    await box.ask(
      'PATCH',
      `ml/_apis/pipelines/pipelinepermissions/environment/${environment}?api-version=7.1-preview.1`,
      permit,
    );
    const runs = await endedRunsOf(box, id);
    expect(runs.map(({ result }) => result)).toEqual(['succeeded', 'succeeded']);
    expect(runs[1]).toMatchObject({ sourceVersion: last, requestedFor: { displayName: 'Platform administrator' } });
  });

  test('of the pipelines’ own identity counts like anybody’s', async () => {
    const repository = await makeRepository(box, 'own-push', { 'ci.yml': STEPS });
    const id = await repository.pipeline('own-push', 'ci.yml');
    const project = (await box.ask('GET', '_apis/projects/ml')).body.id;
    const collection = (await box.ask('GET', '_apis/connectionData')).body.instanceId;
    await box.ask('POST', '_apis/accesscontrolentries/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87', {
      token: `repoV2/${project}/${repository.id}`,
      merge: true,
      accessControlEntries: [
        { descriptor: `Microsoft.TeamFoundation.ServiceIdentity;${collection}:Build:${project}`, allow: 4, deny: 0 },
      ],
    });
    await repository.push('main', { a: '1' }, { who: 'pipelines' });
    expect((await runsOf(box, id)).map(({ requestedFor }) => requestedFor.displayName)).toEqual(['Build Service']);
  });

  test('by git counts as well, with its tags and the branches that it takes away', async () => {
    const yaml = `trigger: { branches: { include: [ main ] }, tags: { include: [ 'v*' ] } }\n${STEPS}`;
    const repository = await makeRepository(box, 'by-git', { 'ci.yml': yaml });
    const id = await repository.pipeline('by-git', 'ci.yml');
    const folder = box.folder('clone');
    await box.git(folder, ['clone', `${box.organizationUrl}/ml/_git/by-git`, '.'], 'you');
    await box.git(folder, ['commit', '--allow-empty', '-m', 'nothing new']);
    await box.git(folder, ['tag', 'v1']);
    await box.git(folder, ['push', 'origin', 'main', 'v1', 'main:refs/heads/topic'], 'you');
    await box.git(folder, ['push', 'origin', ':topic'], 'you');
    expect((await runsOf(box, id)).map(({ sourceBranch }) => sourceBranch).sort()).toEqual([
      'refs/heads/main',
      'refs/tags/v1',
    ]);
  });
});
