import { type Address, type Ref, type Resource, UserError } from '@create-mlops-model/core';
import type { Databricks, GitFolder } from '../services/databricks.ts';
import { differs } from './compare.ts';
import type { LiveBranch } from './initial-push.ts';
import { isSameRemote } from './local-repository.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** The Git folder that training runs from. */
export interface GitFolderSpec {
  readonly path: string;
  /** Clone address of our repository. */
  readonly url: string;
  readonly push: Ref<LiveBranch>;
  /** Address of the directory above. */
  readonly parent: Address;
}

/** A checkout of main in the workspace. Which commit it stands on is the pipelines' business. */
export function gitFolderResource(spec: GitFolderSpec, databricks: Databricks): Resource<GitFolder> {
  const read = () => databricks.findGitFolder(spec.path);
  const isOurs = (live: GitFolder) => live.url !== '' && isSameRemote(live.url, spec.url);
  const settle = async (live: GitFolder): Promise<GitFolder> => {
    if (!isOurs(live)) throw inTheWay(spec.path);
    return live.branch === 'main' ? live : databricks.checkOut(live.id, 'main');
  };
  return {
    address: `git-folder:${spec.path}`,
    needs: [spec.push.address, spec.parent],
    right: RIGHTS.gitFolder,
    read,
    isOurs,
    diff: (live) => [
      ...(isOurs(live) ? [] : [{ field: 'url', from: live.url, to: spec.url }]),
      ...differs('branch', live.branch, 'main'),
    ],
    create: async () =>
      settle(await makeOnce(() => databricks.createGitFolder({ path: spec.path, url: spec.url }), read)),
    update: settle,
    remove: (live) => databricks.removeGitFolder(live.id),
  };
}

function inTheWay(path: string): UserError {
  return new UserError(
    'blocked',
    { en: `${path} is not a Git folder of this repository.`, fr: `${path} n’est pas un dossier Git de ce dépôt.` },
    {
      en: 'Move it away in the workspace, or set databricks.folder in mlops.yaml.',
      fr: 'Déplacez-le dans l’espace de travail, ou changez databricks.folder dans mlops.yaml.',
    },
  );
}
