import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { makePipeline } from './test-pipeline.ts';

let box: TestSandbox;
beforeAll(async () => {
  box = await startTestSandbox();
});
afterAll(() => box.stop());

/** A service connection that all pipelines may use. */
async function addConnection(name: string): Promise<void> {
  const { id: projectId } = (await box.ask('GET', '_apis/projects/ml')).body;
  const { id } = (
    await box.ask('POST', '_apis/serviceendpoint/endpoints', {
      name,
      type: 'azurerm',
      url: 'https://management.azure.com/',
      authorization: {
        scheme: 'WorkloadIdentityFederation',
        parameters: { tenantid: '11111111-1111-1111-1111-111111111111', serviceprincipalid: 'the-application' },
      },
      data: { environment: 'AzureCloud', subscriptionId: 's', subscriptionName: 'Housing' },
      serviceEndpointProjectReferences: [{ name, description: '', projectReference: { id: projectId, name: 'ml' } }],
    })
  ).body;
  await box.ask('PATCH', `ml/_apis/pipelines/pipelinePermissions/endpoint/${id}?api-version=7.1-preview.1`, {
    allPipelines: { authorized: true },
  });
}

test('az in a step is signed in as the connection, and outside of it not at all', async () => {
  await addConnection('cloud');
  const pipeline = await makePipeline(box, 'az', {
    'pipeline.yml': `
trigger: none
steps:
  - task: AzureCLI@2
    displayName: Inside
    inputs:
      azureSubscription: cloud
      scriptType: bash
      scriptLocation: inlineScript
      inlineScript: |
        az account show --query user.name --output tsv
        token=$(az account get-access-token --resource https://management.azure.com --query accessToken --output tsv)
        echo "##vso[task.setsecret]$token"
        echo "token: [$token]"
        echo "##vso[task.setvariable variable=az]$(command -v az)"
  - bash: test -n "$AZ" && ! test -e "$AZ" && echo gone
    displayName: Outside
`,
  });
  const ended = await pipeline.run();
  const inside = await ended.log('Inside');
  expect(inside).toEqual(expect.arrayContaining(['the-application', 'token: [***]']));
  expect(await ended.log('Outside')).toContain('gone');
});

test('git in a step speaks to the service as the build identity, if the checkout kept its credentials', async () => {
  const pipeline = await makePipeline(box, 'push', {
    'pipeline.yml': `
trigger: none
steps:
  - checkout: self
    persistCredentials: true
  - bash: git ls-remote origin refs/heads/main && git rev-parse HEAD
    displayName: Kept
  - checkout: self
  - bash: GIT_TERMINAL_PROMPT=0 git ls-remote origin || echo refused
    displayName: Not kept
`,
  });
  const ended = await pipeline.run();
  const kept = (await ended.log('Kept')).filter((line) => /^[0-9a-f]{40}/.test(line));
  expect(kept.map((line) => line.slice(0, 40))).toEqual([ended.build.sourceVersion, ended.build.sourceVersion]);
  expect(await ended.log('Not kept')).toContain('refused');
});

test('where images are processes, a step finds the docker of the agent', async () => {
  expect((await box.control('PUT', 'settings', { runtime: 'container' })).status).toBe(400);
  await box.control('PUT', 'settings', { runtime: 'process' });
  const pipeline = await makePipeline(box, 'docker', {
    'pipeline.yml': 'trigger: none\nsteps:\n  - bash: docker ps 2>&1 || true\n    displayName: Ask\n',
  });
  const ended = await pipeline.run();
  expect(await ended.log('Ask')).toContainEqual(expect.stringContaining("the sandbox's own docker knows only build"));
});
