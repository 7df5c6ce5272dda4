import type { Right } from '@create-mlops-model/core';

const projectAdministrator = 'holder.project-administrator';
const workspaceAdministrator = 'holder.workspace-administrator';

/** The right behind each kind of change, and who usually holds it; both are message keys. */
export const RIGHTS = {
  repository: { name: 'right.create-repository', holder: projectAdministrator },
  push: { name: 'right.push-main', holder: 'holder.project-contributor' },
  connection: { name: 'right.create-connection', holder: 'holder.endpoint-administrator' },
  queue: { name: 'right.use-queue', holder: 'holder.pool-administrator' },
  definition: { name: 'right.edit-pipelines', holder: 'holder.build-administrator' },
  environment: { name: 'right.create-environment', holder: projectAdministrator },
  check: { name: 'right.administer-checks', holder: projectAdministrator },
  variableGroup: { name: 'right.create-variable-group', holder: 'holder.library-administrator' },
  authorization: { name: 'right.authorize-pipelines', holder: projectAdministrator },
  access: { name: 'right.manage-permissions', holder: projectAdministrator },
  policy: { name: 'right.edit-policies', holder: projectAdministrator },
  workspaceFolder: { name: 'right.edit-workspace-folder', holder: workspaceAdministrator },
  gitFolder: { name: 'right.create-git-folder', holder: workspaceAdministrator },
  job: { name: 'right.create-job', holder: workspaceAdministrator },
  member: { name: 'right.add-workspace-member', holder: workspaceAdministrator },
  credential: { name: 'right.create-service-credential', holder: 'holder.metastore-administrator' },
  grant: { name: 'right.manage-workspace-permissions', holder: workspaceAdministrator },
} as const satisfies Record<string, Right>;
