import type { Address, Change, Lives, Ref, Resource } from '@create-mlops-model/core';
import { type Policy, type PolicySpec, toSettings } from '../services/azure-devops/policies.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { differs } from './compare.ts';
import { makeOldest } from './make-once.ts';
import type { LivePipeline } from './pipeline.ts';
import type { LiveRepository } from './repository.ts';
import { RIGHTS } from './rights.ts';

/** What main demands; a build by its pipeline. */
export type PolicyDemand =
  | {
      readonly kind: 'build';
      readonly pipeline: Ref<LivePipeline>;
      readonly displayName: string;
      readonly paths: readonly string[];
    }
  | { readonly kind: 'reviewers'; readonly count: number }
  | { readonly kind: 'merge' };

/** A policy on main of our repository. */
export interface BranchPolicySpec {
  readonly repositoryName: string;
  readonly repository: Ref<LiveRepository>;
  readonly demand: PolicyDemand;
  /** Policies come last: with one on main, nobody pushes there any more (TF402455). */
  readonly after: readonly Address[];
}

/** A blocking policy; known as ours by what it hangs on. */
export function branchPolicyResource(spec: BranchPolicySpec, devops: AzureDevOps): Resource<Policy> {
  const { policies } = devops;
  const { demand } = spec;
  const suffix = demand.kind === 'build' ? `build-${demand.displayName}` : demand.kind;
  const list = async (lives: Lives): Promise<readonly Policy[]> => {
    const [repository, wanted] = await Promise.all([lives.find(spec.repository), findSpec(lives, demand)]);
    if (!repository || !wanted) return [];
    const found = await policies.list(repository.id, 'main');
    return found.filter((policy) => isAbout(policy, wanted));
  };
  const wantedFor = (live: Policy): PolicySpec | undefined => {
    if (demand.kind !== 'build') return toSpec(demand, 0);
    return toSpec(demand, Number(live.settings.buildDefinitionId));
  };
  return {
    address: `branch-policy:${spec.repositoryName}/${suffix}`,
    needs: [spec.repository.address, ...(demand.kind === 'build' ? [demand.pipeline.address] : []), ...spec.after],
    right: RIGHTS.policy,
    read: async (lives) => (await list(lives))[0],
    // Only policies on exactly our repository and branch are listed.
    isOurs: () => true,
    diff: (live) => {
      const wanted = wantedFor(live);
      return wanted ? comparePolicy(live, wanted) : [];
    },
    async create(lives) {
      const { id } = lives.get(spec.repository);
      const wanted = getSpec(lives, demand);
      const make = async () => (await policies.create(id, 'main', wanted)).id;
      return makeOldest({ make, list: () => list(lives), remove: policies.remove });
    },
    update: (live, _changes, lives) =>
      policies.update(live.id, lives.get(spec.repository).id, 'main', getSpec(lives, demand)),
    remove: (live) => policies.remove(live.id),
  };
}

function toSpec(demand: PolicyDemand, definitionId: number): PolicySpec {
  switch (demand.kind) {
    case 'build':
      return { kind: 'build', definitionId, displayName: demand.displayName, paths: demand.paths };
    case 'reviewers':
      return { kind: 'reviewers', count: demand.count };
    case 'merge':
      return { kind: 'merge', squashOnly: true };
  }
}

async function findSpec(lives: Lives, demand: PolicyDemand): Promise<PolicySpec | undefined> {
  if (demand.kind !== 'build') return toSpec(demand, 0);
  const pipeline = await lives.find(demand.pipeline);
  return pipeline && toSpec(demand, pipeline.id);
}

function getSpec(lives: Lives, demand: PolicyDemand): PolicySpec {
  return toSpec(demand, demand.kind === 'build' ? lives.get(demand.pipeline).id : 0);
}

function isAbout(policy: Policy, wanted: PolicySpec): boolean {
  if (policy.kind !== wanted.kind) return false;
  return wanted.kind !== 'build' || Number(policy.settings.buildDefinitionId) === wanted.definitionId;
}

/** The service leaves out what is `false` and empty, and answers minutes as 720.0. */
function comparePolicy(live: Policy, wanted: PolicySpec): readonly Change[] {
  const settings = Object.entries(toSettings(wanted)).flatMap(([key, value]) => {
    const absent = typeof value === 'boolean' ? false : Array.isArray(value) ? [] : undefined;
    return differs(key, live.settings[key] ?? absent, value);
  });
  return [...differs('enabled', live.enabled, true), ...differs('blocking', live.blocking, true), ...settings];
}
