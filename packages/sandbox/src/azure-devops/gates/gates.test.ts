import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { waitUntil } from '../runs/test-pipeline.ts';
import { endedRunsOf, makeRepository, runsOf } from '../triggers/test-repository.ts';

/** Deploys to an environment; `head` comes first in the file. */
function deployTo(environment: string, head = '', script = 'true'): string {
  return `trigger: none
${head}
stages:
  - stage: first
    jobs: [ { job: first, steps: [ { bash: "true" } ] } ]
  - stage: deploy
    jobs:
      - deployment: there
        environment: ${environment}
        strategy: { runOnce: { deploy: { steps: [ { bash: "${script}", displayName: Deploy } ] } } }
`;
}

const TYPES = {
  approval: '8c6f20a7-a545-4486-9777-f762fafe0d4d',
  branch: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7',
  lock: '2ef31ad6-baa0-403a-8b45-2cbc9b4e5563',
  template: '4020e66e-b0f3-47e1-bc88-48f3cc59b5f3',
};

describe('a stage', () => {
  let box: TestSandbox;
  const idOf: Record<string, string> = {};
  beforeAll(async () => {
    box = await startTestSandbox();
    for (const who of ['you', 'colleague', 'administrator'])
      idOf[who] = (await box.ask('GET', '_apis/connectionData', undefined, { who })).body.authenticatedUser.id;
  });
  afterAll(() => box?.stop());

  /** A pipeline that deploys to an environment of its own, which it has leave to use unless a test takes care of that. */
  async function make(name: string, options: { yaml?: string; isPermitted?: boolean } = {}) {
    const environment = (await box.ask('POST', 'ml/_apis/distributedtask/environments', { name })).body.id;
    const repository = await makeRepository(box, name, { 'pipeline.yml': options.yaml ?? deployTo(name) });
    const id = await repository.pipeline(name, 'pipeline.yml');
    const permit = (pipeline = id) =>
      box.ask('PATCH', `ml/_apis/pipelines/pipelinepermissions/environment/${environment}?api-version=7.1-preview.1`, {
        pipelines: [{ id: pipeline, authorized: true }],
      });
    if (options.isPermitted !== false) await permit();
    return {
      id,
      repository,
      permit,
      check: (type: keyof typeof TYPES, settings: object, timeout = 60) =>
        box.ask('POST', 'ml/_apis/pipelines/checks/configurations?api-version=7.1-preview.1', {
          type: { id: TYPES[type] },
          settings,
          resource: { type: 'environment', id: String(environment), name },
          timeout,
        }),
      async run(branch = 'main', who = 'you'): Promise<number> {
        const body = { definition: { id }, sourceBranch: `refs/heads/${branch}` };
        return (await box.ask('POST', 'ml/_apis/build/builds', body, { who })).body.id;
      },
    };
  }

  const branchControl = (inputs: object) => ({
    definitionRef: { id: '86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b', name: 'evaluatebranchProtection', version: '0.0.1' },
    inputs,
  });

  async function recordsOf(run: number) {
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
    return (await box.ask('GET', `ml/_apis/build/builds/${run}/timeline`)).body.records as readonly any[];
  }

  /** Waits until a run waits at a gate. */
  async function waitForGate(run: number, type: string): Promise<void> {
    await expect
      .poll(async () => (await recordsOf(run)).filter(({ state }) => state !== 'completed').map((each) => each.type), {
        timeout: 20_000,
      })
      .toContain(type);
  }

  const end = (run: number) => waitUntil(box, run, ({ status }) => status === 'completed');

  async function approvals(run: number, state = 'pending') {
    const path = `ml/_apis/pipelines/approvals?state=${state}&$expand=steps&api-version=7.1-preview.1`;
    const { value } = (await box.ask('GET', path)).body;
    return value.filter(({ pipeline }: { pipeline: { owner: { id: number } } }) => pipeline.owner.id === run);
  }

  const answer = (approvalId: string, status: string, who: string) =>
    box.ask(
      'PATCH',
      'ml/_apis/pipelines/approvals?api-version=7.1-preview.1',
      [{ approvalId, status, comment: 'so be it' }],
      {
        who,
      },
    );

  test('waits for leave to use its environment, and goes on once it is given', async () => {
    const { run, permit } = await make('leave', { isPermitted: false });
    const id = await run();
    await waitForGate(id, 'Checkpoint.Authorization');
    expect((await recordsOf(id)).find(({ name }) => name === 'Deploy')?.state).not.toBe('completed');
    await permit();
    expect((await end(id)).result).toBe('succeeded');
  });

  test('needs each approver of as many as are asked for', async () => {
    const { run, check } = await make('two-approvers');
    const approvers = [{ id: idOf.you }, { id: idOf.colleague }];
    await check('approval', { approvers, minRequiredApprovers: 0, executionOrder: 'anyOrder', instructions: 'Look' });
    const id = await run();
    await waitForGate(id, 'Checkpoint.Approval');
    const [approval] = await approvals(id);
    expect(approval).toMatchObject({
      status: 'pending',
      instructions: 'Look',
      minRequiredApprovers: 2,
      pipeline: { name: 'two-approvers' },
      steps: [{ assignedApprover: { displayName: 'You' }, status: 'pending', order: 1 }, { status: 'pending' }],
    });
    expect((await answer(approval.id, 'approved', 'administrator')).status).toBe(403);
    expect((await answer(approval.id, 'perhaps', 'you')).status).toBe(400);
    expect((await answer(approval.id, 'approved', 'you')).body.value[0].status).toBe('pending');
    expect((await answer(approval.id, 'approved', 'colleague')).body.value[0].status).toBe('approved');
    expect((await end(id)).result).toBe('succeeded');
    expect((await answer(approval.id, 'rejected', 'you')).status).toBe(400);
  });

  test('is asked for in sequence, and a group’s member may answer for the group', async () => {
    const { run, check } = await make('sequence');
    const groups = (await box.ask('GET', '_apis/graph/groups?api-version=7.1-preview.1')).body.value;
    const contributors = groups.find(
      ({ principalName }: { principalName: string }) => principalName === '[ml]\\Contributors',
    );
    const approvers = [{ id: contributors.originId }, { id: idOf.you }];
    await check('approval', { approvers, minRequiredApprovers: 0, executionOrder: 'inSequence' });
    const id = await run();
    await waitForGate(id, 'Checkpoint.Approval');
    const [approval] = await approvals(id);
    expect((await answer(approval.id, 'approved', 'you')).status).toBe(403);
    expect((await answer(approval.id, 'approved', 'colleague')).status).toBe(200);
    expect((await answer(approval.id, 'approved', 'you')).body.value[0].status).toBe('approved');
    expect((await end(id)).result).toBe('succeeded');
  });

  test('does not run when somebody rejects it, and whoever asked for the run may be barred from approving', async () => {
    const { run, check } = await make('rejected');
    const approvers = [{ id: idOf.you }, { id: idOf.colleague }];
    await check('approval', { approvers, minRequiredApprovers: 1, requesterCannotBeApprover: true });
    const id = await run();
    await waitForGate(id, 'Checkpoint.Approval');
    const [approval] = await approvals(id);
    expect((await answer(approval.id, 'approved', 'you')).status).toBe(403);
    expect((await answer(approval.id, 'rejected', 'colleague')).status).toBe(200);
    expect((await end(id)).result).toBe('failed');
    expect((await recordsOf(id)).some(({ name, result }) => name === 'Deploy' && result === 'succeeded')).toBe(false);
  });

  test('is skipped when nobody answers in time', async () => {
    const { run, check } = await make('too-late');
    await check('approval', { approvers: [{ id: idOf.colleague }], minRequiredApprovers: 1 }, 30);
    const id = await run();
    await waitForGate(id, 'Checkpoint.Approval');
    await box.control('PUT', 'clock', { advance: 31 * 60 });
    await end(id);
    expect(await approvals(id, 'timedOut')).toHaveLength(1);
    expect((await recordsOf(id)).find(({ type, name }) => type === 'Stage' && name === 'deploy')?.result).toBe(
      'skipped',
    );
  });

  test('of a cancelled run need not be approved any more', async () => {
    const { run, check } = await make('cancelled');
    await check('approval', { approvers: [{ id: idOf.colleague }], minRequiredApprovers: 1 });
    const id = await run();
    await waitForGate(id, 'Checkpoint.Approval');
    await box.ask('PATCH', `ml/_apis/build/builds/${id}`, { status: 'cancelling' });
    expect((await end(id)).result).toBe('canceled');
    expect(await approvals(id, 'canceled')).toHaveLength(1);
  });

  test('runs only for the branches that are allowed, and only while these are protected', async () => {
    const { id, run, check, repository } = await make('branches');
    await check(
      'branch',
      branchControl({ allowedBranches: 'refs/heads/main, refs/heads/release/*', ensureProtectionOfBranch: 'false' }),
    );
    await repository.push('topic', { a: '1' });
    await repository.push('release/1', { a: '1' });
    expect((await end(await run('topic'))).result).toBe('failed');
    expect((await end(await run('release/1'))).result).toBe('succeeded');
    await check('branch', branchControl({ allowedBranches: 'refs/heads/*', ensureProtectionOfBranch: 'true' }));
    const unprotected = await run('main');
    expect((await end(unprotected)).result).toBe('failed');
    const said = (await recordsOf(unprotected)).flatMap(({ issues }) => issues ?? []).map(({ message }) => message);
    expect(said.join()).toContain('branch refs/heads/main is not protected by a policy');
    await repository.demandBuild(id);
    expect((await end(await run('main'))).result).toBe('succeeded');
  });

  test('of a pull request that uses another’s identity stops before its first step, permitted or not', async () => {
    const { id, repository, check, permit } = await make('identity', {
      isPermitted: false,
      yaml: 'trigger: none\nsteps: [ { bash: "true" } ]\n',
    });
    await check('branch', branchControl({ allowedBranches: 'refs/heads/main', ensureProtectionOfBranch: 'true' }));
    await repository.demandBuild(id);
    await repository.push('topic', { 'pipeline.yml': deployTo('identity') });
    const pull = await repository.openPullRequest('topic');
    const [{ id: run }] = await runsOf(box, id);
    await waitForGate(run, 'Checkpoint.Authorization');
    expect((await repository.complete(pull)).status).toBe('active');
    await permit();
    expect((await end(run)).result).toBe('failed');
    const steps = (await recordsOf(run)).filter(({ type, name }) => type === 'Task' && name === 'Deploy');
    expect(steps.filter(({ result }) => result === 'succeeded')).toEqual([]);
    expect((await repository.complete(pull)).status).toBe('active');
  });

  test('runs only in a pipeline that extends the template that is required', async () => {
    const body = deployTo('template').replace('trigger: none\n', '');
    const { run, check, repository } = await make('template', {
      yaml: 'trigger: none\nextends: { template: parts/body.yml }\n',
    });
    await check('template', {
      extendsChecks: [
        {
          repositoryType: 'git',
          repositoryName: 'ml/template',
          repositoryRef: 'refs/heads/main',
          templatePath: 'parts/body.yml',
        },
      ],
    });
    await repository.push('main', { 'parts/body.yml': body });
    expect((await end(await run())).result).toBe('succeeded');
    await repository.push('main', { 'pipeline.yml': deployTo('template') });
    expect((await end(await run())).result).toBe('failed');
  });

  /** The step that holds the lock goes on until a file is there. */
  async function makeLocked(name: string, behavior: string) {
    const made = await make(name, { yaml: deployTo(name, behavior, 'until [ -e \\"$FLAG\\" ]; do sleep 0.1; done') });
    await made.check('lock', {});
    return made;
  }

  test('holds its lock to its end: with `sequential` the others follow in their order', async () => {
    const folder = box.folder('lock');
    const head = `lockBehavior: sequential\nvariables: { FLAG: "${folder}/go" }`;
    const { run, id } = await makeLocked('sequential', head);
    const first = await run();
    await waitUntil(box, first, ({ status }) => status === 'inProgress');
    await expect
      .poll(
        async () => (await recordsOf(first)).some(({ name, state }) => name === 'Deploy' && state === 'inProgress'),
        { timeout: 20_000 },
      )
      .toBe(true);
    const second = await run();
    await waitForGate(second, 'Checkpoint.ExclusiveLock');
    const third = await run();
    await waitForGate(third, 'Checkpoint.ExclusiveLock');
    await box.git(folder, ['init', '--quiet', 'go']);
    const runs = await endedRunsOf(box, id);
    expect(runs.map(({ result }) => result)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    const stages = await Promise.all(
      runs.map(async (each) => (await recordsOf(each.id)).find(({ name }) => name === 'Deploy')),
    );
    const times = stages.flatMap(({ startTime, finishTime }) => [startTime, finishTime]);
    expect(times).toEqual([...times].sort());
  });

  test('holds its lock to its end: with `runLatest` only the newest of those that wait stays', async () => {
    const folder = box.folder('lock');
    const { run, id } = await makeLocked('latest', `variables: { FLAG: "${folder}/go" }`);
    const first = await run();
    await expect
      .poll(
        async () => (await recordsOf(first)).some(({ name, state }) => name === 'Deploy' && state === 'inProgress'),
        { timeout: 20_000 },
      )
      .toBe(true);
    const second = await run();
    await waitForGate(second, 'Checkpoint.ExclusiveLock');
    const third = await run();
    await waitForGate(third, 'Checkpoint.ExclusiveLock');
    expect((await end(second)).result).toBe('canceled');
    await box.git(folder, ['init', '--quiet', 'go']);
    expect((await endedRunsOf(box, id)).map(({ result }) => result)).toEqual(['succeeded', 'canceled', 'succeeded']);
  });
});
