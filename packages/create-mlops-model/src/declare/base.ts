import { type Files, findModelName, type Manifest, type Names, type Target } from '@create-mlops-model/core';
import { fileAddress, fileResource } from '../resources/file.ts';
import { initialPushResource } from '../resources/initial-push.ts';
import { localRepositoryResource } from '../resources/local-repository.ts';
import { repositoryResource } from '../resources/repository.ts';
import type { Author } from '../services/git.ts';
import type { Services } from '../services/services.ts';

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

/** `https://dev.azure.com/contoso/ml` */
export function toProjectUrl(target: Target): string {
  return `${target.organizationUrl}/${encodeURIComponent(target.project)}`;
}

/** Address that the repository is cloned from. */
export function toCloneUrl(target: Target, repository: string): string {
  return `${toProjectUrl(target)}/_git/${encodeURIComponent(repository)}`;
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

/** What lies on this disk alone. */
export interface CloneSpec {
  /** The repository's name. */
  readonly name: string;
  /** The rendered files; empty where the project exists already. */
  readonly files: Files;
  /** Address of the repository; absent while it is not known. */
  readonly origin?: string;
  /** Asked where git's configuration names nobody. */
  readonly author: () => Promise<Author>;
}

/** Files and the clone that holds them; needs no service. */
export function declareClone({ files, ...spec }: CloneSpec, { disk, git }: Pick<Services, 'disk' | 'git'>) {
  const entries = [...files];
  const clone = localRepositoryResource(
    {
      ...spec,
      paths: entries.map(([path]) => path),
      executables: entries.filter(([, file]) => file.executable).map(([path]) => path),
      needs: entries.map(([path]) => fileAddress(path)),
    },
    disk,
    git,
  );
  return { files: entries.map(([path, file]) => fileResource(path, file, disk)), clone };
}
