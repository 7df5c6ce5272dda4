import { type JobKind, toJobSettings } from '@create-mlops-model/core';
import { directoryResource } from '../resources/directory.ts';
import { gitFolderResource } from '../resources/git-folder.ts';
import { jobResource } from '../resources/job.ts';
import { serviceCredentialResource } from '../resources/service-credential.ts';
import { workspaceMemberResource } from '../resources/workspace-member.ts';
import { workspacePermissionResource } from '../resources/workspace-permission.ts';
import type { Base, Declaration } from './base.ts';
import type { Protection } from './protection.ts';

/**
 * Declares the Databricks side. The `ci` identity gets the integration folder and the integration job and nothing
 * else; the `deploy` identity gets the Git folder on main and the training job.
 */
export function declareWorkspace(declaration: Declaration, base: Base, { connections }: Protection) {
  const { manifest, names, target, services, mark, cloneUrl } = declaration;
  const { databricks } = services;
  const directory = directoryResource({ path: names.databricks.directory }, databricks);
  const integration = directoryResource({ path: names.databricks.integration }, databricks);
  const main = gitFolderResource(
    { path: names.databricks.main, url: cloneUrl, push: base.push, parent: directory.address },
    databricks,
  );
  const makeJob = (kind: JobKind) => jobResource(toJobSettings(manifest, names, kind, target), databricks);
  const jobs = { integration: makeJob('integration'), train: makeJob('train') };
  const ci = { connectionName: names.connections.ci, connection: connections.ci };
  const deploy = { connectionName: names.connections.deploy, connection: connections.deploy };
  const grants = [
    {
      ...ci,
      kind: 'directory-permission',
      type: 'directories',
      name: names.databricks.integration,
      on: integration,
      level: 'CAN_MANAGE',
    },
    {
      ...ci,
      kind: 'job-permission',
      type: 'jobs',
      name: names.jobs.integration,
      on: jobs.integration,
      level: 'CAN_MANAGE_RUN',
    },
    {
      ...deploy,
      kind: 'git-folder-permission',
      type: 'repos',
      name: names.databricks.main,
      on: main,
      level: 'CAN_MANAGE',
    },
    {
      ...deploy,
      kind: 'job-permission',
      type: 'jobs',
      name: names.jobs.train,
      on: jobs.train,
      level: 'CAN_MANAGE_RUN',
    },
  ] as const;
  const permissions = grants.map((grant) => workspacePermissionResource(grant, databricks));
  // The two may be one.
  const members = [...new Map([ci, deploy].map((each) => [each.connectionName, each])).values()].map((each) =>
    workspaceMemberResource(each, databricks),
  );
  // A scope of secrets is the team's alone: what lies in it is nobody else's business.
  const tracking =
    manifest.databricks.tracking.access === 'service-credential'
      ? [serviceCredentialResource({ name: names.trackingAccess, mark, target }, databricks)]
      : [];
  return [directory, integration, main, jobs.integration, jobs.train, ...members, ...permissions, ...tracking];
}
