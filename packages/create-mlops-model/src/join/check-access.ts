import type { Translate } from '@create-mlops-model/core';
import { checkRights } from '../doctor/check-project.ts';
import { checkDatabricks } from '../doctor/check-sign-in.ts';
import { type Finding, toFailure } from '../doctor/finding.ts';
import type { Session } from '../session.ts';

/** What a member may do in the repository, and whether Databricks knows the member and shows the model's folder. */
export async function checkAccess(
  { project, services }: Session,
  repositoryId: string,
  translate: Translate,
): Promise<readonly Finding[]> {
  const [rights, workspace] = await Promise.all([
    checkRights(services.azureDevOps, repositoryId, translate),
    checkDatabricks(services.databricks, translate),
  ]);
  if (workspace.some(({ status }) => status === 'fail')) return [...workspace, ...rights];
  const path = project.names.databricks.main;
  const { owner } = project.manifest.model;
  return [...workspace, ...rights, await checkFolder({ project, services }, path, owner, translate)];
}

async function checkFolder(
  { services }: Pick<Session, 'project' | 'services'>,
  path: string,
  owner: string,
  translate: Translate,
): Promise<Finding> {
  const line = { topic: 'rights', name: 'workspace-folder' } as const;
  try {
    const folder = await services.databricks.find(path);
    if (folder !== undefined) return { ...line, status: 'pass', text: translate('join.folder', { path }) };
    const fix = translate('join.folder.fix', { owner });
    return { ...line, status: 'fail', text: translate('join.folder.none', { path }), fix, code: 'forbidden' };
  } catch (error) {
    return toFailure('rights', 'workspace-folder', error, translate);
  }
}
