import { type Address, type Lives, type Resource, UserError } from '@create-mlops-model/core';
import type { Check, CheckSpec } from '../services/azure-devops/checks.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { carriesMark, differs } from './compare.ts';
import { makeOldest } from './make-once.ts';
import { findProtected, getProtected, type ProtectedRef } from './protected.ts';
import { RIGHTS } from './rights.ts';

/** A check, whether what it hangs on is ours, and what it should demand (with ids in place of approvers' names). */
export type LiveCheck = Check & { readonly onOurs: boolean; readonly wanted: CheckSpec };

/** What is demanded where. Approvers by e-mail address or name. */
export interface CheckResourceSpec {
  readonly on: ProtectedRef;
  readonly demand: CheckSpec;
  readonly mark: string;
}

/** A check on a protected resource. Several of a kind demand the same thing twice, so one is kept. */
export function checkResource(spec: CheckResourceSpec, devops: AzureDevOps): Resource<LiveCheck> {
  const { checks } = devops;
  const { on, demand, mark } = spec;
  const address: Address = `check:${on.name}/${demand.kind}`;
  let resolved: Promise<CheckSpec> | undefined;
  /** The demand with ids in place of names. */
  const resolve = () => {
    resolved ??= resolveApprovers(demand, devops);
    return resolved;
  };
  const list = async (lives: Lives): Promise<readonly LiveCheck[]> => {
    const [owner, protectedOne, wanted] = await Promise.all([lives.find(on.ref), findProtected(lives, on), resolve()]);
    if (!protectedOne) return [];
    const onOurs = carriesMark(owner?.description ?? '', mark);
    const found = await checks.list(protectedOne);
    return found.filter((each) => each.kind === demand.kind).map((each) => ({ ...each, onOurs, wanted }));
  };
  return {
    address,
    needs: [on.ref.address],
    right: RIGHTS.check,
    // Writes on one protected resource go one after another (TF400898).
    lane: on.ref.address,
    read: async (lives) => (await list(lives))[0],
    isOurs: (live) => live.onOurs,
    diff: (live) => compare(live, live.wanted),
    async create(lives) {
      const protectedOne = getProtected(lives, on);
      const make = async () => (await checks.create(protectedOne, await resolve())).id;
      return makeOldest({ make, list: () => list(lives), remove: checks.remove });
    },
    async update(live, _changes, lives) {
      const { onOurs, wanted } = live;
      return { ...(await checks.update(live.id, getProtected(lives, on), wanted)), onOurs, wanted };
    },
    remove: (live) => checks.remove(live.id),
  };
}

function compare(live: Check, wanted: CheckSpec) {
  switch (wanted.kind) {
    case 'exclusive-lock':
      return [];
    case 'branch-control':
      return differs('branches', live.kind === wanted.kind ? live.branches : [], wanted.branches);
    case 'approval': {
      const sort = (ids: readonly string[]) => [...ids].sort();
      return differs('approvers', live.kind === wanted.kind ? sort(live.approvers) : [], sort(wanted.approvers));
    }
  }
}

async function resolveApprovers(demand: CheckSpec, devops: AzureDevOps): Promise<CheckSpec> {
  if (demand.kind !== 'approval') return demand;
  const approvers = demand.approvers.map(async (name) => {
    const identity = await devops.access.findIdentity(name);
    if (!identity) throw unknownApprover(name);
    return identity.id;
  });
  return { kind: 'approval', approvers: await Promise.all(approvers) };
}

function unknownApprover(name: string): UserError {
  return new UserError(
    'usage',
    {
      en: `Azure DevOps knows nobody called "${name}".`,
      fr: `Azure DevOps ne connaît personne du nom de « ${name} ».`,
    },
    {
      en: 'Correct devops.approvers in mlops.yaml: an e-mail address, or a group such as "[project]\\Release approvers".',
      fr: 'Corrigez devops.approvers dans mlops.yaml : une adresse courriel, ou un groupe comme « [projet]\\Approbateurs ».',
    },
  );
}
