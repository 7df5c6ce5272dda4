import type { Manifest, Names, Target } from '@create-mlops-model/core';

/** Contents of the two variable groups, by variable. Names and addresses only, never a secret. */
export interface VariableGroups {
  readonly ci: Readonly<Record<string, string>>;
  readonly deploy: Readonly<Record<string, string>>;
}

/**
 * What the pipelines learn at run time because it depends on the target: the repository's text stays the same
 * on every target. Agents hand each of these to a step as an environment variable of the same name.
 */
export function toVariableGroups(manifest: Manifest, names: Names, target: Target): VariableGroups {
  const { azure } = manifest;
  const ci = { DATABRICKS_HOST: target.databricksHost };
  return {
    ci,
    deploy: {
      ...ci,
      MLFLOW_TRACKING_URI: target.trackingUri,
      REGISTRY_SERVER: target.registryServer,
      // `az acr login` wants the name, `docker push` the server.
      REGISTRY_NAME: azure.registry || names.model,
      CLUSTER: azure.cluster || names.model,
      CLUSTER_RESOURCE_GROUP: azure.resourceGroup || names.model,
    },
  };
}
