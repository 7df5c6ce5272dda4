import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, changesOf, type Journal, type Plan, plan } from '../../packages/core/src/index.ts';
import { declare, type Project } from '../../packages/create-mlops-model/src/declare.ts';
import { aManifest } from '../build.ts';
import { aProject, type SandboxProject, startProject } from '../contract/on-sandbox.ts';
import { type Death, type MortalServices, openMortalServices } from './mortal-services.ts';

const journal: Journal = { intend: () => undefined, settle: () => undefined };

let place: SandboxProject;
let token: string;

beforeAll(async () => {
  place = await startProject();
  token = place.sandbox.identities().find((identity) => identity.key === 'you')?.token ?? '';
});
afterAll(() => place.stop());

/** A model of its own for each run, so that all share one sandbox. */
function aModel(name: string): Project {
  const manifest = aManifest({
    model: { name },
    devops: { approvers: ['colleague@sandbox.test'], reviewers: 2 },
  });
  return aProject(place.target, manifest);
}

/** One process: from nothing known to the end, or to its death. */
async function runOnce(project: Project, death?: Death): Promise<{ services: MortalServices; steps: Plan }> {
  const folder = join(place.folder, '..', project.names.model);
  const home = join(place.folder, '..');
  const services = openMortalServices({ target: project.target, folder, token, home }, death);
  try {
    const planned = await plan(declare(project, services));
    const outcome = await apply(planned, { journal });
    const failed = outcome.results.find((result) => result.status === 'failed' || result.status === 'refused');
    if (!death && failed && 'error' in failed) throw failed.error;
    return { services, steps: planned.plan };
  } finally {
    services.http.close();
  }
}

async function planAgain(project: Project): Promise<readonly string[]> {
  const { steps } = await runOnce(project);
  return changesOf(steps).map((step) => step.address);
}

/** Everything of kinds that a server keeps twice without complaint, counted for one model. */
async function countAll(project: Project): Promise<Readonly<Record<string, number>>> {
  const { names, target } = project;
  const headers = { authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` };
  const bearer = { authorization: `Bearer ${token}` };
  const base = `${target.organizationUrl}/${target.project}/_apis`;
  type List = { readonly value: readonly Record<string, never>[]; readonly jobs?: readonly unknown[] };
  const get = async (url: string, as: Record<string, string> = headers) =>
    (await (await fetch(url, { headers: as })).json()) as List;
  const repository = (await get(`${base}/git/repositories/${names.repository}`)) as unknown as { id: string };
  const policies = await get(
    `${base}/git/policy/configurations?repositoryId=${repository.id}&refName=refs/heads/main&api-version=7.1-preview.1`,
  );
  const definitions = await get(`${base}/build/definitions?path=${encodeURIComponent(names.folder)}&api-version=7.1`);
  const groups = await get(`${base}/distributedtask/variablegroups?groupName=${names.model}-*&api-version=7.1`);
  const connections = Object.values(names.connections).join(',');
  const endpoints = await get(`${base}/serviceendpoint/endpoints?endpointNames=${connections}&api-version=7.1`);
  const environments = await getEach(Object.values(names.environments), (name) =>
    get(`${base}/distributedtask/environments?name=${name}&api-version=7.1-preview.1`),
  );
  const checked = [
    ...environments.map(({ id }) => `resourceType=environment&resourceId=${id}`),
    ...endpoints.value.map(({ id }) => `resourceType=endpoint&resourceId=${id}`),
  ];
  const checks = await getEach(checked, (query) =>
    get(`${base}/pipelines/checks/configurations?${query}&api-version=7.1-preview.1`),
  );
  const jobs = await Promise.all(
    Object.values(names.jobs).map((name) => get(`${target.databricksHost}/api/2.2/jobs/list?name=${name}`, bearer)),
  );
  return {
    policies: policies.value.length,
    definitions: definitions.value.length,
    environments: environments.length,
    groups: groups.value.length,
    endpoints: endpoints.value.length,
    checks: checks.length,
    jobs: jobs.reduce((sum, list) => sum + (list.jobs?.length ?? 0), 0),
  };
}

/** Everything in the lists that the items lead to. */
async function getEach<Item>(
  items: readonly Item[],
  get: (item: Item) => Promise<{ readonly value: readonly Record<string, never>[] }>,
): Promise<readonly Record<string, never>[]> {
  return (await Promise.all(items.map(get))).flatMap((list) => list.value);
}

describe('a process that dies at a write call', () => {
  it('is healed by running again: same end state, empty plan, nothing twice', { timeout: 600_000 }, async () => {
    const oracle = aModel('oracle');
    const { services } = await runOnce(oracle);
    const expected = await countAll(oracle);
    expect(expected).toEqual({
      policies: 4,
      definitions: 4,
      environments: 2,
      groups: 2,
      endpoints: 2,
      checks: 3,
      jobs: 2,
    });
    expect(services.writes.length).toBeGreaterThan(35);
    for (const [index, name] of services.writes.entries()) {
      for (const when of ['before', 'after'] as const) {
        const project = aModel(`m${index + 1}-${when}`);
        await runOnce(project, { write: index + 1, when });
        await planAgain(project);
        const where = `${when} write ${index + 1} (${name})`;
        expect(await planAgain(project), where).toEqual([]);
        expect(await countAll(project), where).toEqual(expected);
      }
    }
  });
});
