import { type Address, type Ref, type Resource, UserError } from '@create-mlops-model/core';
import type { AzureDevOps } from '../services/azure-devops.ts';
import type { Clone, Git } from '../services/git.ts';
import type { Credential } from '../services/identity.ts';
import type { LiveRepository } from './repository.ts';
import { RIGHTS } from './rights.ts';

/** The branch main on the server. */
export interface LiveBranch {
  readonly commit: string;
}

/** What is pushed where. */
export interface InitialPushSpec {
  /** The repository's name. */
  readonly name: string;
  readonly repository: Ref<LiveRepository>;
  readonly clone: Ref<Clone>;
  readonly folder: string;
}

/** The first push of main. Once the server has a main, this is done for good: later changes are pull requests. */
export function initialPushResource(
  spec: InitialPushSpec,
  services: { readonly azureDevOps: AzureDevOps; readonly git: Git; readonly credential: Credential },
): Resource<LiveBranch> {
  const { repositories } = services.azureDevOps;
  const address: Address = `initial-push:${spec.name}`;
  const find = async (): Promise<LiveBranch | undefined> => {
    const commit = await repositories.findTip(spec.name, 'main');
    return commit === undefined ? undefined : { commit };
  };
  return {
    address,
    needs: [spec.repository.address, spec.clone.address],
    right: RIGHTS.push,
    read: find,
    isOurs: () => true,
    diff: () => [],
    async create(lives) {
      const { head } = lives.get(spec.clone);
      if (head === undefined) throw nothingToPush(spec);
      const remote = {
        url: lives.get(spec.repository).cloneUrl,
        authorization: await services.credential.authorization(),
      };
      const result = await services.git.pushFirst(spec.folder, remote).catch(async (error: unknown) => {
        // The connection may have ended after the push had taken effect.
        if ((await find().catch(() => undefined))?.commit === head) return 'lost' as const;
        throw error;
      });
      if (result === 'pushed') return { commit: head };
      // Another run was first. Its main counts, if it is one.
      const live = await find();
      if (!live) throw refused(spec);
      // The push is done, and git did not note it. Without the note `git pull` asks where from; no more than that.
      await services.git.follow(spec.folder, 'main', remote).catch(() => undefined);
      return live;
    },
    async update(live) {
      return live;
    },
  };
}

function nothingToPush(spec: InitialPushSpec): UserError {
  return new UserError(
    'failed',
    {
      en: `The repository "${spec.name}" is empty, and ${spec.folder} holds no commit to push.`,
      fr: `Le dépôt « ${spec.name} » est vide, et ${spec.folder} ne contient aucun commit à pousser.`,
    },
    {
      en: 'Run the command in the folder that "create" wrote, or in a clone of it.',
      fr: 'Lancez la commande dans le dossier écrit par « create », ou dans un de ses clones.',
    },
  );
}

function refused(spec: InitialPushSpec): UserError {
  return new UserError(
    'blocked',
    {
      en: `The server refused the first push to main of "${spec.name}".`,
      fr: `Le serveur a refusé le premier envoi vers main de « ${spec.name} ».`,
    },
    {
      en: 'A branch policy of the whole project may forbid it: ask a project administrator to push main once.',
      fr: 'Une stratégie de branche de tout le projet l’interdit peut-être : demandez à l’administration du projet de pousser main une fois.',
    },
  );
}
