import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apply, changesOf, plan, planRemoval, remove, type StepResult } from '../../packages/core/src/index.ts';
import { declare } from '../../packages/create-mlops-model/src/declare.ts';
import { aProject, type SandboxProject, startProject } from './on-sandbox.ts';

const journal = { intend: () => undefined, settle: () => undefined };

let world: SandboxProject;
beforeEach(async () => {
  world = await startProject();
});
afterEach(() => world.stop());

/** Plans and applies as one identity from one folder. */
async function provision(options: { as?: string; folder?: string } = {}) {
  const services = world.open(options);
  const planned = await plan(declare(aProject(world.target), services));
  const outcome = await apply(planned, { journal });
  return { services, planned, outcome };
}

/** What another run, from another folder, would still change. */
async function findLeft(as = 'you') {
  const { files: _, ...project } = aProject(world.target);
  const services = world.open({ as, folder: `${world.folder}-elsewhere` });
  const planned = await plan(declare(project, services));
  return { left: changesOf(planned.plan), counts: services.http.counts(), planned, services };
}

const withStatus = (results: readonly StepResult[], status: StepResult['status']) =>
  results.filter((result) => result.status === status);

test('a whole project in one go; nothing is left for a second person', async () => {
  const { outcome } = await provision();
  expect(outcome.results.filter((result) => !['created', 'unchanged'].includes(result.status))).toEqual([]);
  expect((await findLeft('colleague')).left).toEqual([]);
  const ask = (...args: string[]) => execFileSync('git', ['-C', world.folder, ...args], { encoding: 'utf8' }).trim();
  expect(ask('status', '--porcelain')).toBe('');
  expect(ask('rev-parse', 'HEAD')).toBe(ask('rev-parse', 'origin/main'));
});

test('with 80 ms to each answer the requests one after another stay few', async () => {
  await world.control('PUT', '/settings', { latency: 80 });
  const { services } = await provision();
  expect(services.http.counts().sequential).toBeLessThanOrEqual(12);
  const { counts } = await findLeft();
  expect(counts.sequential).toBeLessThanOrEqual(5);
});

test('who may only read is refused by name and breaks nothing; who may, goes on', async () => {
  const { outcome } = await provision({ as: 'reader' });
  expect(withStatus(outcome.results, 'failed')).toEqual([]);
  const refused = withStatus(outcome.results, 'refused').map((result) => result.address);
  expect(refused).toContain('repository:ottawa-over-asking');
  expect(refused).toContain('job:ottawa-over-asking-train');
  expect(withStatus(outcome.results, 'created').map((result) => result.address)).toContain('file:mlops.yaml');
  const second = await provision();
  expect(withStatus(second.outcome.results, 'failed')).toEqual([]);
  expect((await findLeft('reader')).left).toEqual([]);
});

test('two runs at once end with every object once', async () => {
  const both = await Promise.all([
    provision({ folder: `${world.folder}-a` }),
    provision({ folder: `${world.folder}-b` }),
  ]);
  expect(both.flatMap(({ outcome }) => withStatus(outcome.results, 'failed'))).toEqual([]);
  const { left, planned, services } = await findLeft();
  expect(left).toEqual([]);
  const repository = planned.found.get('repository:ottawa-over-asking') as { id: string };
  expect(await services.azureDevOps.policies.list(repository.id, 'main')).toHaveLength(4);
  expect(await services.databricks.listJobs('ottawa-over-asking-train')).toHaveLength(1);
});

test('what was made is removed; the plan is whole again', async () => {
  const { services } = await provision();
  const { files: _, ...project } = aProject(world.target);
  const planned = await plan(declare(project, services));
  const { error } = await remove(planned, planRemoval(planned, []), { journal });
  expect(error).toBeUndefined();
  const { planned: after } = await findLeft();
  const kinds = new Set([...after.found.keys()].map((address) => address.split(':')[0]));
  expect([...kinds].sort()).toEqual(['agent-queue', 'local-repository']);
});

test.each([
  ['drop-after', 'git/repositories$'],
  ['drop-after', 'build/Definitions'],
  ['drop-after', 'policy/configurations'],
  ['drop-after', 'checks/configurations'],
  ['drop-after', 'jobs/create'],
  ['drop-after', '2.0/repos'],
  ['drop-before', 'variablegroups'],
  ['drop-before', 'jobs/create'],
  ['server-error-500', 'serviceendpoint/endpoints'],
  ['throttled-429', 'policy/configurations'],
  ['conflict', 'distributedtask/environments'],
])('%s at the first POST to %s: the same run ends well, with every object once', async (fault, path) => {
  await world.control('POST', '/faults', { fault, method: 'POST', path, times: 1, retryAfter: 1 });
  const { outcome } = await provision();
  expect(outcome.results.filter((result) => !['created', 'unchanged'].includes(result.status))).toEqual([]);
  expect(await world.control('GET', '/faults')).toMatchObject([{ hits: 1 }]);
  const { left, planned, services } = await findLeft();
  expect(left).toEqual([]);
  const repository = planned.found.get('repository:ottawa-over-asking') as { id: string };
  expect(await services.azureDevOps.policies.list(repository.id, 'main')).toHaveLength(4);
  expect(await services.databricks.listJobs('ottawa-over-asking-train')).toHaveLength(1);
});

test.each(['server', 'cloud'])('addresses as %s gives them', async (resourceAreas) => {
  await world.control('PUT', '/settings', { resourceAreas });
  const services = world.open();
  expect(await services.azureDevOps.getUser()).toMatchObject({ account: 'you@sandbox.test' });
  expect(await services.azureDevOps.repositories.find('nothing')).toBeUndefined();
});
