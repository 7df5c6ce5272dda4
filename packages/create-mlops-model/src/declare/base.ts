import { type Files, findModelName, type Manifest, type Names, type Target } from '@create-mlops-model/core';
import { initialPushResource } from '../resources/initial-push.ts';
import { repositoryResource } from '../resources/repository.ts';
import type { Services } from '../services/services.ts';
import { declareClone } from './clone.ts';

/** A model's project as it should be. */
export interface Project {
  readonly manifest: Manifest;
  readonly names: Names;
  readonly target: Target;
  /** The rendered files, where the project does not exist yet; absent: files change through `update` alone. */
  readonly files?: Files;
}

/** What every part of the declaration works with. */
export interface Declaration extends Project {
  readonly services: Services;
  /** The mark of ownership. */
  readonly mark: string;
  /** Clone address of the repository. */
  readonly cloneUrl: string;
}

/** Files, clone, repository and first push: what everything else stands on. */
export type Base = ReturnType<typeof declareBase>;

/** Declares them. */
export function declareBase({ names, services, files, cloneUrl }: Declaration) {
  const { azureDevOps, disk, git, credential } = services;
  const name = names.repository;
  const author = async () => {
    const user = await azureDevOps.getUser();
    return { name: user.displayName || user.account, email: user.account };
  };
  const local = declareClone({ name, files: files ?? new Map(), origin: cloneUrl, author }, { disk, git });
  const repository = repositoryResource({ name, model: names.model, parseModel: findModelName }, azureDevOps);
  const push = initialPushResource(
    { name, repository, clone: local.clone, folder: disk.folder },
    { azureDevOps, git, credential },
  );
  return { ...local, repository, push };
}
