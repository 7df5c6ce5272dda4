import { type Address, type Resource, UserError } from '@create-mlops-model/core';
import type { Repository } from '../services/azure-devops/repositories.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** A repository and whose it is. */
export interface LiveRepository extends Repository {
  /** Name of the model that the `mlops.yaml` on main is about; absent where there is no such file. */
  readonly model?: string;
}

/** What the repository should be. */
export interface RepositorySpec {
  readonly name: string;
  readonly model: string;
  /** Reads the model's name from the text of an `mlops.yaml`. */
  readonly parseModel: (manifest: string) => string | undefined;
}

/** The model's Git repository: ours if main holds the `mlops.yaml` of this model, free to take while it is empty. */
export function repositoryResource(spec: RepositorySpec, devops: AzureDevOps): Resource<LiveRepository> {
  const { repositories } = devops;
  const address: Address = `repository:${spec.name}`;
  const read = async (): Promise<LiveRepository | undefined> => {
    const [repository, manifest] = await Promise.all([
      repositories.find(spec.name),
      repositories.findText(spec.name, 'mlops.yaml', 'main'),
    ]);
    const model = manifest === undefined ? undefined : spec.parseModel(manifest);
    return repository && { ...repository, ...(model === undefined ? {} : { model }) };
  };
  const isEmpty = (live: LiveRepository) => live.defaultBranch === undefined;
  const isOurs = (live: LiveRepository) => isEmpty(live) || live.model === spec.model;
  return {
    address,
    needs: [],
    right: RIGHTS.repository,
    read,
    isOurs,
    diff: (live) => [
      ...(isOurs(live) ? [] : [{ field: 'mlops.yaml', from: live.model, to: spec.model }]),
      ...(isEmpty(live) || live.defaultBranch === 'refs/heads/main'
        ? []
        : [{ field: 'defaultBranch', from: live.defaultBranch, to: 'refs/heads/main' }]),
    ],
    create: () => makeOnce<LiveRepository>(() => repositories.create(spec.name), read),
    async update(live) {
      // What is in a stranger's repository is theirs: the pipelines would look for files that are not there.
      if (!isOurs(live)) throw foreign(spec);
      return { ...live, ...(await repositories.setDefaultBranch(live.id, 'main')) };
    },
    remove: (live) => repositories.remove(live.id),
    link: (live) => live.webUrl,
  };
}

function foreign(spec: RepositorySpec): UserError {
  return new UserError(
    'blocked',
    {
      en: `The repository "${spec.name}" holds something else than the model "${spec.model}".`,
      fr: `Le dépôt « ${spec.name} » contient autre chose que le modèle « ${spec.model} ».`,
    },
    {
      en: 'Set devops.repository in mlops.yaml to another name, or empty that repository.',
      fr: 'Donnez un autre nom à devops.repository dans mlops.yaml, ou videz ce dépôt.',
    },
  );
}
