import { expect, test } from 'vitest';
import { aManifest } from '../../../test/build.ts';
import { fakeAzureDevOps } from '../../../test/fakes/azure-devops.ts';
import type { LivePipeline } from './resources/pipeline.ts';
import { verifySchedules } from './verify-schedules.ts';

const retrain: LivePipeline = {
  id: 7,
  name: 'retrain',
  folder: '\\mlops',
  yaml: 'pipelines/ci-train/retrain.yml',
  repositoryId: 'r',
  repositoryName: 'r',
  defaultBranch: 'refs/heads/main',
  queue: 'Azure Pipelines',
  enabled: true,
  yamlTriggers: true,
  ownSchedules: 0,
  webUrl: '',
  buildsOurs: true,
};

// 06:00 on Mondays in Toronto is 11:00 UTC in standard time.
const manifest = aManifest();

function verify(yaml: string, changes: Partial<LivePipeline> = {}) {
  const devops = fakeAzureDevOps();
  devops.state.previews.set(7, yaml);
  return verifySchedules(manifest, { ...retrain, ...changes }, devops);
}

test.each([
  ['branches as a list', "schedules: [{ cron: '0 11 * * 1', branches: [main] }]"],
  ['a pattern that main matches', "schedules: [{ cron: '0 11 * * 1', branches: { include: [refs/heads/m*] } }]"],
  ['no filter', "schedules: [{ cron: '0 11 * * 1' }]"],
])('finds nothing with %s', async (_name, yaml) => {
  expect(await verify(yaml)).toEqual([]);
});

test.each([
  ['trigger: none', [{ kind: 'missing', cron: '0 11 * * 1' }]],
  [
    "schedules: [{ cron: '0 12 * * 1', branches: { include: [main] } }]",
    [
      { kind: 'missing', cron: '0 11 * * 1' },
      { kind: 'unexpected', cron: '0 12 * * 1' },
    ],
  ],
  ["schedules: [{ cron: '0 11 * * 1', branches: { include: [dev] } }]", [{ kind: 'not-on-main', cron: '0 11 * * 1' }]],
  [
    "schedules: [{ cron: '0 11 * * 1', branches: { include: ['*'], exclude: [main] } }]",
    [{ kind: 'not-on-main', cron: '0 11 * * 1' }],
  ],
])('%s', async (yaml, findings) => {
  expect(await verify(yaml)).toEqual(findings);
});

test('a definition that hides or stops the schedules is told', async () => {
  const found = await verify("schedules: [{ cron: '0 11 * * 1' }]", {
    ownSchedules: 2,
    enabled: false,
    defaultBranch: 'refs/heads/dev',
  });
  expect(found).toEqual([
    { kind: 'own-schedules', count: 2 },
    { kind: 'disabled' },
    { kind: 'other-branch', branch: 'dev' },
  ]);
});
