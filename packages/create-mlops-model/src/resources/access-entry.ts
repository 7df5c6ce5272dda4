import type { Address, Ref, Resource } from '@create-mlops-model/core';
import type { Identity } from '../services/azure-devops/access.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import type { LiveRepository } from './repository.ts';
import { RIGHTS } from './rights.ts';

/** The right of the project's pipelines to write comments into our pull requests. */
export interface LiveAccess {
  /** `pending`: the service makes the pipelines' identity when the project's first pipeline runs. */
  readonly state: 'allowed' | 'pending';
  readonly identity?: Identity;
}

/** Lets the build identity contribute to pull requests of our repository, where `ci` posts its metrics. */
export function accessEntryResource(
  spec: { readonly name: string; readonly repository: Ref<LiveRepository> },
  devops: AzureDevOps,
): Resource<LiveAccess> {
  const { access } = devops;
  const address: Address = `access-entry:${spec.name}/pull-requests`;
  let found: Promise<Identity | undefined> | undefined;
  /** Looked up once: it does not come into being while a plan is applied. */
  const findIdentity = () => {
    found ??= access.findBuildIdentity();
    return found;
  };
  return {
    address,
    needs: [spec.repository.address],
    right: RIGHTS.access,
    async read(lives) {
      const [identity, repository] = await Promise.all([findIdentity(), lives.find(spec.repository)]);
      if (!repository) return undefined;
      if (!identity) return { state: 'pending' };
      const allowed = await access.mayContribute(repository.id, identity.descriptor);
      return allowed ? { state: 'allowed', identity } : undefined;
    },
    isOurs: () => true,
    diff: () => [],
    remark: ({ state }) => (state === 'pending' ? PENDING : undefined),
    async create(lives) {
      const identity = await findIdentity();
      if (!identity) return { state: 'pending' };
      await access.setContribute(lives.get(spec.repository).id, identity.descriptor, true);
      return { state: 'allowed', identity };
    },
    update: (live) => Promise.resolve(live),
    async remove(live, lives) {
      const repository = await lives.find(spec.repository);
      if (live.identity && repository) await access.setContribute(repository.id, live.identity.descriptor, false);
    },
  };
}

const PENDING = {
  en: 'the pipelines’ own identity comes into being with the first run of a pipeline; run "apply" again after that.',
  fr: 'l’identité propre des pipelines naît à la première exécution d’un pipeline ; relancez « apply » ensuite.',
};
