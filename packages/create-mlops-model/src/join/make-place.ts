import type { Translate } from '@create-mlops-model/core';
import type { Finding } from '../doctor/finding.ts';
import { inTheWay, startFeature } from '../feature/start-feature.ts';
import { isSameRemote } from '../resources/local-repository.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import type { WorkspaceUser } from '../services/databricks.ts';
import type { Services } from '../services/services.ts';
import type { Session } from '../session.ts';

/** Where a member works on their own. */
export interface Place {
  /** Path of the Git folder. */
  readonly folder: string;
  readonly branch: string;
}

/** One branch and one Git folder a member and model. The whole account, for two people may share its first half. */
export function toPlace({ account }: WorkspaceUser, model: string): Place {
  const name = account
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return { folder: `/Users/${account}/${model}`, branch: `users/${name}` };
}

/**
 * Makes them where they are missing. A Git folder that is there stays on its branch: it is the member's.
 * @throws UserError `blocked` where the folder's path holds something else
 */
export async function makePlace(
  { project, services }: Session,
  repository: Repository,
  translate: Translate,
): Promise<{ readonly place: Place; readonly finding: Finding }> {
  const user = await services.databricks.getUser();
  const wanted = toPlace(user, project.names.model);
  const live = await services.databricks.findGitFolder(wanted.folder);
  const line = { topic: 'own', name: 'git-folder', status: 'pass' } as const;
  if (live !== undefined && live.branch !== 'main') {
    if (live.url === '' || !isSameRemote(live.url, repository.cloneUrl)) throw inTheWay(wanted.folder);
    const place = { ...wanted, branch: live.branch };
    return { place, finding: { ...line, text: translate('join.place.there', { ...place }) } };
  }
  await start(services, repository, wanted);
  return { place: wanted, finding: { ...line, text: translate('join.place.made', { ...wanted }) } };
}

async function start(services: Services, { id, cloneUrl }: Repository, { branch, folder }: Place): Promise<void> {
  const main = (await services.azureDevOps.repositories.findTip(id, 'main')) ?? '';
  await startFeature(services, { repositoryId: id, cloneUrl, main, branch, folder });
}
