import { toVariableGroups } from '@create-mlops-model/pipeline-templates';
import { checkResource } from '../resources/check.ts';
import { environmentResource } from '../resources/environment.ts';
import type { ProtectedRef } from '../resources/protected.ts';
import { serviceConnectionResource } from '../resources/service-connection.ts';
import { variableGroupResource } from '../resources/variable-group.ts';
import type { Declaration } from './base.ts';

/** Connections, environments and variable groups with their checks: what pipelines need permission for. */
export type Protection = ReturnType<typeof declareProtection>;

/** Declares them. The two connections may be one, where a department has only one identity to give. */
export function declareProtection({ manifest, names, target, services, mark }: Declaration) {
  const { azureDevOps } = services;
  const ci = serviceConnectionResource({ name: names.connections.ci, mark, target, purpose: CI_PURPOSE }, azureDevOps);
  const isShared = names.connections.ci === names.connections.deploy;
  const deploy = isShared
    ? ci
    : serviceConnectionResource({ name: names.connections.deploy, mark, target, purpose: DEPLOY_PURPOSE }, azureDevOps);
  const integration = environmentResource({ name: names.environments.integration, mark }, azureDevOps);
  const production = environmentResource({ name: names.environments.production, mark }, azureDevOps);
  const variables = toVariableGroups(manifest, names, target);
  const ciGroup = variableGroupResource({ name: names.variableGroups.ci, mark, variables: variables.ci }, azureDevOps);
  const deployGroup = variableGroupResource(
    { name: names.variableGroups.deploy, mark, variables: variables.deploy },
    azureDevOps,
  );
  const onIntegration: ProtectedRef = { type: 'environment', name: names.environments.integration, ref: integration };
  const onProduction: ProtectedRef = { type: 'environment', name: names.environments.production, ref: production };
  const onDeploy: ProtectedRef = { type: 'endpoint', name: names.connections.deploy, ref: deploy };
  const { approvers } = manifest.devops;
  const checks = [
    // Two pull requests never mix in the one integration folder.
    checkResource({ on: onIntegration, demand: { kind: 'exclusive-lock' }, mark }, azureDevOps),
    // A pull request that uses the deploy identity stops before its first step. A shared identity cannot have this.
    ...(isShared
      ? []
      : [
          checkResource(
            { on: onDeploy, demand: { kind: 'branch-control', branches: ['refs/heads/main'] }, mark },
            azureDevOps,
          ),
        ]),
    ...(approvers.length === 0
      ? []
      : [checkResource({ on: onProduction, demand: { kind: 'approval', approvers }, mark }, azureDevOps)]),
  ];
  return {
    resources: [ci, ...(isShared ? [] : [deploy]), integration, production, ciGroup, deployGroup, ...checks],
    connections: { ci, deploy },
    isShared,
    on: {
      ciConnection: { type: 'endpoint', name: names.connections.ci, ref: ci },
      deployConnection: onDeploy,
      integration: onIntegration,
      production: onProduction,
      ciGroup: { type: 'variablegroup', name: names.variableGroups.ci, ref: ciGroup },
      deployGroup: { type: 'variablegroup', name: names.variableGroups.deploy, ref: deployGroup },
    } as const satisfies Record<string, ProtectedRef>,
  };
}

const CI_PURPOSE = {
  en: 'Its identity needs nothing in Azure but to be a user of the Databricks workspace.',
  fr: 'Son identité n’a besoin de rien dans Azure, sinon d’être membre de l’espace de travail Databricks.',
};

const DEPLOY_PURPOSE = {
  en: 'Its identity needs AcrPush on the registry, "Azure Kubernetes Service Cluster User" on the cluster, "AzureML Data Scientist" on the workspace, and to be a user of the Databricks workspace.',
  fr: 'Son identité a besoin d’AcrPush sur le registre, d’« Azure Kubernetes Service Cluster User » sur la grappe, d’« AzureML Data Scientist » sur l’espace de travail, et d’être membre de l’espace de travail Databricks.',
};
