import { getPersonalAccessTokenHandler, WebApi } from 'azure-devops-node-api';
import type { BuildDefinition } from 'azure-devops-node-api/interfaces/BuildInterfaces.js';
import {
  GitPullRequestMergeStrategy,
  PullRequestAsyncStatus,
  PullRequestStatus,
} from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import { PolicyEvaluationStatus } from 'azure-devops-node-api/interfaces/PolicyInterfaces.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';

describe.each(['cloud', 'server'])('the unmodified azure-devops-node-api, areas as in the %s', (resourceAreas) => {
  let box: TestSandbox;
  let api: WebApi;
  beforeAll(async () => {
    box = await startTestSandbox();
    await box.control('PUT', 'settings', { resourceAreas });
    const handler = getPersonalAccessTokenHandler(box.tokenOf('you'), false);
    // The library takes HTTP_PROXY for 127.0.0.1 too, unless it is told not to.
    process.env.NO_PROXY = [process.env.NO_PROXY, '127.0.0.1'].filter(Boolean).join(',');
    api = new WebApi(box.organizationUrl, handler);
  });
  afterAll(() => box?.stop());

  test('connects, and knows who it is', async () => {
    const { authenticatedUser, instanceId } = await api.connect();
    expect(authenticatedUser?.providerDisplayName).toBe('You');
    expect(instanceId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('makes a repository, a first commit, a definition and a policy, and reads them back', async () => {
    const git = await api.getGitApi();
    const repository = await git.createRepository({ name: 'churn' }, 'ml');
    expect(await git.getRepository('no-such', 'ml')).toBeNull();
    const push = await git.createPush(
      {
        refUpdates: [{ name: 'refs/heads/main', oldObjectId: '0'.repeat(40) }],
        commits: [
          {
            comment: 'first',
            changes: [
              {
                changeType: 1,
                item: { path: '/a.yml' },
                newContent: { content: 'steps: [ { bash: exit 1 } ]\n', contentType: 0 },
              } as never,
            ],
          },
        ],
      },
      repository.id ?? '',
      'ml',
    );
    const [ref] = await git.getRefs(repository.id ?? '', 'ml', 'heads/main');
    expect(ref?.objectId).toBe(push.refUpdates?.[0]?.newObjectId);
    const build = await api.getBuildApi();
    const definition: BuildDefinition = {
      name: 'ci',
      path: '\\ml',
      type: 2,
      process: { type: 2, yamlFilename: 'a.yml' } as never,
      repository: { id: repository.id ?? '', type: 'TfsGit', defaultBranch: 'refs/heads/main' },
      triggers: [{ triggerType: 2, settingsSourceType: 2 } as never],
    };
    const made = await build.createDefinition(definition, 'ml');
    const [found] = await build.getDefinitions('ml', 'CI');
    expect(found).toMatchObject({ id: made.id, name: 'ci', path: '\\ml', queueStatus: 0, revision: 1 });
    await expect(build.createDefinition(definition, 'ml')).rejects.toMatchObject({
      statusCode: 409,
      result: { typeKey: 'DefinitionExistsException' },
    });
    const policies = await api.getPolicyApi();
    const policy = await policies.createPolicyConfiguration(
      {
        isEnabled: true,
        isBlocking: true,
        type: { id: '0609b952-1397-4640-95ec-e00a01b2c241' },
        settings: {
          buildDefinitionId: made.id,
          manualQueueOnly: false,
          scope: [{ repositoryId: repository.id, refName: 'refs/heads/main', matchKind: 'exact' }],
        },
      },
      'ml',
    );
    expect(policy.settings).toEqual({
      buildDefinitionId: made.id,
      scope: [{ repositoryId: repository.id, refName: 'refs/heads/main', matchKind: 'Exact' }],
    });
    const scope = `${repository.id?.replaceAll('-', '')}:refs/heads/main`;
    expect(await policies.getPolicyConfigurations('ml', scope)).toHaveLength(1);
  });

  test('opens a pull request, talks about it, sees its policies, and completes it', async () => {
    const git = await api.getGitApi();
    const { id: repositoryId = '' } = await git.getRepository('churn', 'ml');
    const [main] = await git.getRefs(repositoryId, 'ml', 'heads/main');
    const old = { name: 'refs/heads/topic', oldObjectId: '0'.repeat(40), newObjectId: main?.objectId ?? '' };
    await git.updateRefs([old], repositoryId, 'ml');
    const change = { changeType: 1, item: { path: '/b.md' }, newContent: { content: 'b', contentType: 0 } };
    const update = { name: old.name, oldObjectId: old.newObjectId };
    await git.createPush(
      { refUpdates: [update], commits: [{ comment: 'b', changes: [change as never] }] },
      repositoryId,
      'ml',
    );
    const branches = { sourceRefName: 'refs/heads/topic', targetRefName: 'refs/heads/main' };
    const made = await git.createPullRequest({ ...branches, title: 'b' }, repositoryId, 'ml');
    expect(made).toMatchObject({ status: PullRequestStatus.Active, mergeStatus: PullRequestAsyncStatus.Queued });
    const id = made.pullRequestId ?? 0;
    const show = () => git.getPullRequest(repositoryId, id, 'ml');
    await expect.poll(async () => (await show()).mergeStatus).toBe(PullRequestAsyncStatus.Succeeded);
    const thread = await git.createThread({ comments: [{ content: 'fine' }], status: 1 }, repositoryId, id, 'ml');
    await git.createComment({ content: 'thanks' }, repositoryId, id, thread.id ?? 0, 'ml');
    expect((await git.getThreads(repositoryId, id, 'ml'))[0]?.comments).toHaveLength(2);
    const status = { state: 2, context: { name: 'scan', genre: 'x' }, description: 'ok' };
    await git.createPullRequestStatus(status, repositoryId, id, 'ml');
    expect(await git.getPullRequestStatuses(repositoryId, id, 'ml')).toMatchObject([{ state: 2 }]);
    expect(await git.getPullRequestCommits(repositoryId, id, 'ml')).toMatchObject([{ comment: 'b' }]);
    expect(await git.getPullRequestIterations(repositoryId, id, 'ml')).toMatchObject([{ id: 1 }]);
    const policies = await api.getPolicyApi();
    const artifact = `vstfs:///CodeReview/CodeReviewId/${made.repository?.project?.id}/${id}`;
    // The pipeline's only step fails.
    const evaluate = async () => (await policies.getPolicyEvaluations('ml', artifact))[0];
    await expect.poll(async () => (await evaluate())?.status).toBe(PolicyEvaluationStatus.Rejected);
    const build = await evaluate();
    expect(build).toMatchObject({ configuration: { isBlocking: true }, context: { buildIsNotCurrent: false } });
    const again = await policies.requeuePolicyEvaluation('ml', build?.evaluationId ?? '');
    expect(again.evaluationId).toBe(build?.evaluationId);
    expect(again.context.buildId).toBeGreaterThan(build?.context.buildId);
    const complete = {
      status: PullRequestStatus.Completed,
      lastMergeSourceCommit: { commitId: (await show()).lastMergeSourceCommit?.commitId ?? '' },
      completionOptions: { mergeStrategy: GitPullRequestMergeStrategy.Squash },
    };
    await expect(git.updatePullRequest(complete, repositoryId, id, 'ml')).rejects.toMatchObject({
      statusCode: 403,
      result: { typeKey: 'GitPullRequestUpdateRejectedByPolicyException' },
    });
    await policies.deletePolicyConfiguration('ml', build?.configuration?.id ?? 0);
    await git.updatePullRequest(complete, repositoryId, id, 'ml');
    await expect.poll(async () => (await show()).status).toBe(PullRequestStatus.Completed);
    expect((await show()).completionOptions?.mergeStrategy).toBe(GitPullRequestMergeStrategy.Squash);
  });

  test('works on agents, environments, groups, connections and pipelines', async () => {
    const agents = await api.getTaskAgentApi();
    const queues = await agents.getAgentQueuesByNames(['Azure Pipelines', 'Default'], 'ml');
    expect(queues.map(({ name }) => name).sort()).toEqual(['Azure Pipelines', 'Default']);
    const environment = await agents.addEnvironment({ name: 'churn-prod', description: 'd' }, 'ml');
    expect((await agents.getEnvironments('ml', 'churn-prod')).map(({ id }) => id)).toEqual([environment.id]);
    const project = await (await api.getCoreApi()).getProject('ML');
    const group = await agents.addVariableGroup({
      name: 'vg',
      type: 'Vsts',
      variables: { A: { value: '1' } },
      variableGroupProjectReferences: [{ name: 'vg', projectReference: { id: project.id ?? '' } }],
    });
    expect((await agents.getVariableGroup('ml', group.id ?? 0)).variables).toEqual({ A: { value: '1' } });
    expect(await agents.getVariableGroup('ml', 4711)).toBeNull();
    const endpoints = await api.getServiceEndpointApi();
    expect(await endpoints.getServiceEndpointsByNames('ml', ['none'])).toEqual([]);
    const pipelines = await (await api.getPipelinesApi()).listPipelines('ml');
    expect(pipelines.map(({ name }) => name)).toEqual(['ci']);
  });

  test('an expired sign-in looks like “nothing there” to it, as on the service', async () => {
    const git = await api.getGitApi();
    expect(await git.getRepository('churn', 'ml')).toMatchObject({ name: 'churn' });
    await box.control('PUT', 'identities/you', { expired: true });
    expect(await git.getRepository('churn', 'ml')).toBeNull();
    await box.control('PUT', 'identities/you', { expired: false });
  });
});
