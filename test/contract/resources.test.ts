import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Address,
  apply,
  needsOf,
  plan,
  type Resource,
  type Target,
  toGraph,
} from '../../packages/core/src/index.ts';
import { declare } from '../../packages/create-mlops-model/src/declare.ts';
import { openDisk } from '../../packages/create-mlops-model/src/services/disk.ts';
import type { Services } from '../../packages/create-mlops-model/src/services/services.ts';
import { aManifest, aTarget } from '../build.ts';
import { fakeAzureDevOps } from '../fakes/azure-devops.ts';
import { fakeDatabricks } from '../fakes/databricks.ts';
import { fakeGit } from '../fakes/git.ts';
import { CHANGES } from './changes.ts';
import { aProject, type SandboxProject, startProject } from './on-sandbox.ts';

/** A world to make a project in. */
interface World {
  readonly target: Target;
  open(model: string): Services;
  close(): Promise<void>;
}

const journal = { intend: () => undefined, settle: () => undefined };

function inMemory(): World {
  const root = mkdtempSync(join(tmpdir(), 'mlops-contract-'));
  const target = aTarget();
  const azureDevOps = fakeAzureDevOps();
  azureDevOps.state.buildIdentity = { id: 'build', descriptor: 'build-service', displayName: 'Build Service' };
  const databricks = fakeDatabricks();
  return {
    target,
    open: (model) => ({
      azureDevOps,
      databricks,
      git: fakeGit(azureDevOps, new Map([['mlops.yaml', `model: { name: ${model} }`]])),
      disk: openDisk(join(root, model)),
      credential: { source: 'test', authorization: async () => 'Bearer test' },
    }),
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
}

async function overHttp(): Promise<World> {
  const project: SandboxProject = await startProject();
  return {
    target: project.target,
    open: (model) => project.open({ folder: join(project.folder, model) }),
    close: project.stop,
  };
}

/** One of each kind, checks and policies by what they demand. */
const CASES: readonly [name: string, find: (address: Address) => boolean][] = Object.keys(CHANGES).flatMap(
  (kind): [string, (address: Address) => boolean][] => {
    const variants: Readonly<Record<string, readonly string[]>> = {
      check: ['/exclusive-lock', '/branch-control'],
      'branch-policy': ['/build', '/reviewers', '/merge'],
      'pipeline-permission': [':endpoint', ':variablegroup', ':environment', ':queue'],
    };
    const isKind = (address: Address) => address.startsWith(`${kind}:`);
    return variants[kind]
      ? variants[kind].map((variant) => [
          `${kind} (${variant.slice(1)})`,
          (address) => isKind(address) && address.includes(variant),
        ])
      : [[kind, isKind]];
  },
);

test('every kind of resource has its case', () => {
  const world = inMemory();
  const project = aProject(world.target);
  const kinds = new Set(declare(project, world.open('any')).map((resource) => resource.address.split(':')[0]));
  expect([...kinds].sort()).toEqual(Object.keys(CHANGES).sort());
});

describe.each([
  ['in memory', async () => inMemory()],
  ['over HTTP', overHttp],
])('%s', (_name, start) => {
  let world: World;
  beforeAll(async () => {
    world = await start();
  });
  afterAll(() => world.close());

  test.each(CASES)('%s: missing, made, equal, changed, set right, removed', async (name, find) => {
    const model = `m-${name.replace(/\W+/g, '-').replace(/-$/, '')}`;
    const services = world.open(model);
    const project = aProject(world.target, aManifest({ model: { name: model } }));
    const graph = toGraph(declare(project, services));
    const resource = [...graph.values()].find((each) => find(each.address)) as Resource;
    const { address } = resource;
    const needed = [...needsOf(graph, address)].map((each) => graph.get(each) as Resource);
    await apply(await plan(needed), { journal });
    const subset = [...needed, resource];
    const stepOf = async (options = {}) => (await plan(subset, options)).plan.find((step) => step.address === address);

    const before = await plan(subset);
    const isFound = before.found.has(address);
    expect((await stepOf())?.action).toBe(isFound ? 'none' : 'create');
    const outcome = await apply(before, { journal });
    expect(outcome.results.find((result) => result.address === address)?.status).toBe(
      isFound ? 'unchanged' : 'created',
    );

    const after = await plan(subset);
    expect(after.found.get(address)).toEqual(outcome.lives.get(address));
    expect(after.plan.filter((step) => step.action !== 'none')).toEqual([]);

    const change = CHANGES[address.split(':')[0] as string];
    if (change !== 'cannot differ' && change !== undefined && !/exclusive-lock|merge/.test(name)) {
      await change({ services, project, live: after.found.get(address), lives: after.found, address });
      const changed = await plan(subset, { takeOver: true });
      expect(['create', 'update']).toContain(changed.plan.find((step) => step.address === address)?.action);
      const results = (await apply(changed, { journal })).results.filter((result) => result.status === 'failed');
      expect(results).toEqual([]);
      expect((await plan(subset)).plan.filter((step) => step.action !== 'none')).toEqual([]);
    }

    if (resource.remove) {
      const { found } = await plan(subset);
      await resource.remove(found.get(address), {
        find: async (ref) => found.get(ref.address) as never,
        get: () => expect.unreachable(),
      });
      expect((await stepOf())?.action).toBe('create');
    }
  });
});
