import { getPersonalAccessTokenHandler, WebApi } from 'azure-devops-node-api';
import {
  BuildResult,
  BuildStatus,
  StageUpdateType,
  TaskResult,
} from 'azure-devops-node-api/interfaces/BuildInterfaces.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { makePipeline } from './test-pipeline.ts';

let box: TestSandbox;
beforeAll(async () => {
  box = await startTestSandbox();
});
afterAll(() => box?.stop());

test('the unmodified azure-devops-node-api finds runs, timelines, artifacts, tests and deployments by itself', async () => {
  const environment = (
    await box.ask('POST', 'ml/_apis/pipelines/environments?api-version=7.1-preview.1', { name: 'e' })
  ).body;
  const permission = `ml/_apis/pipelines/pipelinePermissions/environment/${environment.id}?api-version=7.1-preview.1`;
  await box.ask('PATCH', permission, { allPipelines: { authorized: true } });
  const pipeline = await makePipeline(box, 'by-node', {
    'pipeline.yml': `
trigger: none
jobs:
  - deployment: d
    environment: e
    strategy: { runOnce: { deploy: { steps: [{ bash: 'echo x > f', displayName: Write }, { publish: f, artifact: kept }, { bash: exit 1 }] } } }
`,
  });
  const api = new WebApi(box.organizationUrl, getPersonalAccessTokenHandler(box.tokenOf('you')));
  const build = await api.getBuildApi();
  const pipelines = await api.getPipelinesApi();
  const started = await pipelines.runPipeline(
    { resources: { repositories: { self: { refName: 'main' } } } },
    'ml',
    pipeline.id,
  );
  const id = started.id ?? 0;
  await expect.poll(async () => (await build.getBuild('ml', id)).status).toBe(BuildStatus.Completed);
  const ended = await build.getBuild('ml', id);
  expect([ended.result, ended.finishTime instanceof Date]).toEqual([BuildResult.Failed, true]);
  const timeline = await build.getBuildTimeline('ml', id);
  const step = timeline.records?.find(({ name }) => name === 'Write');
  expect(step?.result).toBe(TaskResult.Succeeded);
  expect((await build.getBuildLogLines('ml', id, step?.log?.id ?? 0)).length).toBeGreaterThan(2);
  expect((await build.getArtifacts('ml', id)).map(({ name }) => name)).toEqual(['kept']);
  const [change] = await build.getBuildChanges('ml', id);
  expect(change?.message).toBe('change');
  const tasks = await api.getTaskAgentApi();
  const [deployed] = await tasks.getEnvironmentDeploymentExecutionRecords('ml', environment.id);
  expect(deployed).toMatchObject({ jobName: 'd', result: TaskResult.Failed, stageAttempt: 1 });
  expect(await (await api.getTestApi()).getTestRuns('ml', `vstfs:///Build/Build/${id}`)).toEqual([]);
  await build.addBuildTag('ml', id, 'seen');
  expect(await build.getBuildTags('ml', id)).toEqual(['seen']);
  await build.updateStage({ state: StageUpdateType.Retry }, id, '__default', 'ml');
  await expect.poll(async () => (await build.getBuild('ml', id)).status).toBe(BuildStatus.Completed);
  const stage = (await build.getBuildTimeline('ml', id)).records?.find(({ type }) => type === 'Stage');
  expect(stage?.attempt).toBe(2);
});
