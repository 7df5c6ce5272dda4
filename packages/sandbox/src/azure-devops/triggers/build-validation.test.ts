import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { endedRunsOf, makeRepository, runsOf, STEPS } from './test-repository.ts';

const GREEN = `trigger: none\n${STEPS}`;
const RED = 'trigger: none\nsteps: [ { bash: "false" } ]\n';
/** A stage that waits for leave to use an environment: a run that goes on until the test lets it end. */
const WAITS = `trigger: none
jobs:
  - deployment: there
    environment: waits
    strategy: { runOnce: { deploy: { steps: [ { bash: "true" } ] } } }
`;

describe('a build policy', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
    await box.ask('POST', 'ml/_apis/distributedtask/environments', { name: 'waits' });
  });
  afterAll(() => box?.stop());

  /** A repository whose pull requests into main are built. */
  async function make(name: string, yaml: string, settings: object = {}) {
    const repository = await makeRepository(box, name, { 'ci.yml': yaml });
    const id = await repository.pipeline(name, 'ci.yml');
    const policy = await repository.demandBuild(id, settings);
    const find = async (pull: number) => (await repository.evaluations(pull))[0];
    return { repository, id, policy, find };
  }

  test('builds the merge of source and target, and lets a good one be completed', async () => {
    const { repository, id, find } = await make('good', GREEN);
    await repository.push('topic', { a: '1' });
    const pull = await repository.openPullRequest('topic');
    const [run, ...more] = await endedRunsOf(box, id);
    expect(more).toEqual([]);
    const merge = `ml/_apis/git/repositories/${repository.id}/refs?filter=pull/${pull}/merge`;
    expect(run).toMatchObject({
      reason: 'pullRequest',
      result: 'succeeded',
      sourceBranch: `refs/pull/${pull}/merge`,
      sourceVersion: (await box.ask('GET', merge)).body.value[0].objectId,
      triggerInfo: { 'pr.number': String(pull), 'pr.sourceBranch': 'refs/heads/topic' },
    });
    expect(await find(pull)).toMatchObject({
      status: 'approved',
      context: { buildId: run.id, isExpired: false, buildIsNotCurrent: false },
      completedDate: run.finishTime,
    });
    expect((await repository.complete(pull)).status).toBe('completed');
    expect(await runsOf(box, id)).toHaveLength(1);
  });

  test('keeps a pull request open whose build fails, until a push mends it', async () => {
    const { repository, id, find } = await make('bad', GREEN);
    await repository.push('topic', { 'ci.yml': RED });
    const pull = await repository.openPullRequest('topic');
    expect((await endedRunsOf(box, id)).map(({ result }) => result)).toEqual(['failed']);
    expect((await find(pull)).status).toBe('rejected');
    expect((await repository.complete(pull)).status).toBe('active');
    await repository.push('topic', { 'ci.yml': `${GREEN}# mended\n` });
    expect((await endedRunsOf(box, id)).map(({ result }) => result)).toEqual(['failed', 'succeeded']);
    expect((await repository.complete(pull)).status).toBe('completed');
  });

  test('is broken YAML’s end as well', async () => {
    const { repository, find } = await make('unreadable', GREEN);
    await repository.push('topic', { 'ci.yml': 'steps:\n  - basj: true\n' });
    const pull = await repository.openPullRequest('topic');
    expect((await find(pull)).status).toBe('rejected');
  });

  test('leaves drafts and files that it does not name alone', async () => {
    const { repository, id, find } = await make('filtered', GREEN, { filenamePatterns: ['/src/*'] });
    await repository.push('readme', { 'README.md': '1' });
    const readme = await repository.openPullRequest('readme');
    await repository.push('topic', { 'src/a': '1' });
    const draft = await repository.openPullRequest('topic', { isDraft: true });
    expect(await runsOf(box, id)).toEqual([]);
    expect([await find(readme), await find(draft)]).toEqual([undefined, undefined]);
    expect((await repository.complete(readme)).status).toBe('completed');
    await repository.changePullRequest(draft, { isDraft: false });
    expect(await runsOf(box, id)).toHaveLength(1);
  });

  test('that came later builds pull requests that are open', async () => {
    const repository = await makeRepository(box, 'later', { 'ci.yml': GREEN });
    await repository.push('topic', { a: '1' });
    await repository.openPullRequest('topic');
    const id = await repository.pipeline('later', 'ci.yml');
    await repository.demandBuild(id);
    expect(await runsOf(box, id)).toHaveLength(1);
  });

  test('cancels the run on a source that has been replaced', async () => {
    const { repository, id, find } = await make('replaced', WAITS);
    await repository.push('topic', { a: '1' });
    const pull = await repository.openPullRequest('topic');
    expect((await runsOf(box, id)).map(({ status }) => status)).not.toContain('completed');
    await repository.push('topic', { 'ci.yml': `${GREEN}# no more waiting\n` });
    expect((await endedRunsOf(box, id)).map(({ result }) => result)).toEqual(['canceled', 'succeeded']);
    expect((await find(pull)).status).toBe('approved');
  });

  test('that is started by hand waits for somebody to ask', async () => {
    const { repository, id, find } = await make('by-hand', GREEN, { manualQueueOnly: true });
    await repository.push('topic', { a: '1' });
    const pull = await repository.openPullRequest('topic');
    expect(await runsOf(box, id)).toEqual([]);
    const { evaluationId, status } = await find(pull);
    expect(status).toBe('queued');
    await box.ask('PATCH', `ml/_apis/policy/evaluations/${evaluationId}?api-version=7.1-preview.1`);
    expect((await endedRunsOf(box, id)).map(({ result }) => result)).toEqual(['succeeded']);
    expect((await find(pull)).status).toBe('approved');
  });

  test('whose pipeline is disabled cannot be fulfilled', async () => {
    const { repository, id, find } = await make('disabled', GREEN);
    const definition = (await box.ask('GET', `ml/_apis/build/definitions/${id}`)).body;
    await box.ask('PUT', `ml/_apis/build/definitions/${id}`, { ...definition, queueStatus: 'disabled' });
    await repository.push('topic', { a: '1' });
    const pull = await repository.openPullRequest('topic');
    expect((await find(pull)).status).toBe('broken');
    expect((await repository.complete(pull)).status).toBe('active');
  });

  test('expires with the target’s next commit where it looks at the target, and is renewed by asking', async () => {
    const { repository, id, find } = await make('expires', GREEN, { queueOnSourceUpdateOnly: false, validDuration: 0 });
    await repository.push('topic', { a: '1' });
    const pull = await repository.openPullRequest('topic');
    await endedRunsOf(box, id);
    await repository.push('other', { b: '1' });
    const other = await repository.openPullRequest('other');
    await endedRunsOf(box, id);
    expect((await repository.complete(other)).status).toBe('completed');
    const expired = await find(pull);
    expect(expired).toMatchObject({ status: 'queued', context: { isExpired: true, buildIsNotCurrent: true } });
    expect((await repository.complete(pull)).status).toBe('active');
    await box.ask('PATCH', `ml/_apis/policy/evaluations/${expired.evaluationId}?api-version=7.1-preview.1`);
    await endedRunsOf(box, id);
    expect((await repository.complete(pull)).status).toBe('completed');
  });

  test('expires some hours after its start where the target moved, and automatic completion renews it once', async () => {
    const { repository, id, find } = await make('hours', GREEN);
    await repository.push('topic', { a: '1' });
    const pull = await repository.openPullRequest('topic');
    await endedRunsOf(box, id);
    await repository.push('other', { b: '1' });
    const other = await repository.openPullRequest('other');
    await endedRunsOf(box, id);
    await repository.complete(other);
    expect((await find(pull)).status).toBe('approved');
    await box.control('PUT', 'clock', { advance: 13 * 3600 });
    expect((await find(pull)).context.isExpired).toBe(true);
    expect(await runsOf(box, id)).toHaveLength(2);
    const you = (await box.ask('GET', '_apis/connectionData')).body.authenticatedUser.id;
    await repository.changePullRequest(pull, { autoCompleteSetBy: { id: you } });
    const runs = await endedRunsOf(box, id);
    expect(runs).toHaveLength(3);
    const path = `ml/_apis/git/repositories/${repository.id}/pullrequests/${pull}`;
    await expect.poll(async () => (await box.ask('GET', path)).body.status).toBe('completed');
  });
});
