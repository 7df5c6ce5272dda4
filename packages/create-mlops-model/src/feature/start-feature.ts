import { UserError } from '@create-mlops-model/core';
import { isSameRemote } from '../resources/local-repository.ts';
import type { Databricks, GitFolder, WorkspaceUser } from '../services/databricks.ts';
import type { Services } from '../services/services.ts';

/** What a feature is worked on in. */
export interface StartedFeature {
  readonly branch: string;
  readonly branchMade: boolean;
  /** Workspace path of the own Git folder. */
  readonly folder: string;
  readonly folderMade: boolean;
}

/** Where a feature is worked on in Databricks. */
export function toFeatureFolder({ account }: WorkspaceUser, model: string, name: string): string {
  return `/Users/${account}/${model}-${name}`;
}

/** What a feature is started from. */
export interface FeatureSource {
  readonly repositoryId: string;
  readonly cloneUrl: string;
  /** Commit at the tip of main. */
  readonly main: string;
  readonly branch: string;
  /** Path of the own Git folder. */
  readonly folder: string;
}

/**
 * A branch from main on the server, and a Git folder of one's own on it. What is there already is taken, so a run that died is taken up.
 * @throws UserError `blocked` where the folder's path holds something else
 */
export async function startFeature(
  { azureDevOps, databricks }: Pick<Services, 'azureDevOps' | 'databricks'>,
  { repositoryId, cloneUrl, main, branch, folder }: FeatureSource,
): Promise<StartedFeature> {
  const [tip, live] = await Promise.all([
    azureDevOps.repositories.findTip(repositoryId, branch),
    databricks.findGitFolder(folder),
  ]);
  if (live !== undefined && (live.url === '' || !isSameRemote(live.url, cloneUrl))) throw inTheWay(folder);
  if (tip === undefined) await azureDevOps.branches.create(repositoryId, branch, main);
  const checkout = live ?? (await databricks.createGitFolder({ path: folder, url: cloneUrl }));
  await follow(databricks, checkout, branch);
  return { branch, branchMade: tip === undefined, folder, folderMade: live === undefined };
}

async function follow(databricks: Databricks, folder: GitFolder, branch: string): Promise<void> {
  if (folder.branch !== branch) await databricks.checkOut(folder.id, branch);
}

/** Something else is where a Git folder should be. */
export function inTheWay(folder: string): UserError {
  return new UserError(
    'blocked',
    {
      en: `${folder} is no Git folder of this repository; nothing was changed.`,
      fr: `${folder} n’est pas un dossier Git de ce dépôt\u00a0; rien n’a été changé.`,
    },
    { en: 'Move it away in the workspace, or choose another name.', fr: 'Déplacez-le, ou choisissez un autre nom.' },
  );
}
