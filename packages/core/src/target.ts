import type { Manifest } from './manifest.ts';

/** Where a manifest's objects live at run time: on Azure, or mapped to the running sandbox. Pure data, no credential. */
export interface Target {
  readonly kind: 'azure' | 'sandbox';
  /** Name only: `contoso`. */
  readonly organization: string;
  /** `https://dev.azure.com/contoso`, no slash at the end. */
  readonly organizationUrl: string;
  readonly project: string;
  /** `https://adb-….azuredatabricks.net`, no slash at the end. */
  readonly databricksHost: string;
  /** MLflow tracking server of the Azure ML workspace. */
  readonly trackingUri: string;
  /** Login server of the registry: `contoso.azurecr.io`. */
  readonly registryServer: string;
}

/** The target that the manifest itself describes. Empty fields stay empty. */
export function azureTarget(manifest: Manifest): Target {
  const { azure, databricks, devops } = manifest;
  const organizationUrl = toOrganizationUrl(devops.organization);
  return {
    kind: 'azure',
    organization: organizationUrl.split('/').at(-1) ?? '',
    organizationUrl,
    project: devops.project,
    databricksHost: databricks.host.replace(/\/+$/, ''),
    trackingUri:
      azure.subscription && azure.workspace ? `azureml://${azure.region}.api.azureml.ms${toTrackingPath(azure)}` : '',
    registryServer: azure.registry ? `${azure.registry}.azurecr.io` : '',
  };
}

/** Path of a workspace's tracking server, behind its host. */
export function toTrackingPath(azure: Pick<Manifest['azure'], 'subscription' | 'resourceGroup' | 'workspace'>): string {
  const { subscription, resourceGroup, workspace } = azure;
  return `/mlflow/v1.0/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
}

/** `contoso` → `https://dev.azure.com/contoso`; a URL stays as it is, without a slash at the end. */
export function toOrganizationUrl(organization: string): string {
  const trimmed = organization.replace(/\/+$/, '');
  if (trimmed === '' || /^https?:\/\//.test(trimmed)) return trimmed;
  return `https://dev.azure.com/${trimmed}`;
}

/** The mark that says an object is ours: it travels in descriptions and tags. */
export function toMark(target: Target, model: string): string {
  return `create-mlops-model:${target.organization}/${target.project}/${model}`;
}
