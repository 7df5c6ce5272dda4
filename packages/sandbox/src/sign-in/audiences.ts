/** What a token can be for: the ids and addresses that Microsoft Entra knows these services by. */
export const AUDIENCES = {
  // learn.microsoft.com/azure/databricks/dev-tools/auth, "Get Microsoft Entra ID tokens": the same in every tenant.
  databricks: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d',
  // learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
  azureDevOps: '499b84ac-1321-427f-aa17-267ca6975798',
  management: 'https://management.azure.com',
  machineLearning: 'https://ml.azure.com',
  // What `az acr` trades at the registry, and what kubelogin asks for a cluster with Entra sign-in.
  registry: 'https://containerregistry.azure.net',
  cluster: '6dae42f8-4368-4678-94ff-3960e28e3630',
} as const;

/** One of the services. */
export type Audience = (typeof AUDIENCES)[keyof typeof AUDIENCES];

/** Older names that mean the same; Azure Resource Manager takes tokens for either of its own. */
const ALIASES: Readonly<Record<string, Audience>> = {
  'https://management.core.windows.net': AUDIENCES.management,
};

/** The service that a resource names, with or without a slash at its end; `undefined`: nobody here. */
export function findAudience(resource: string): Audience | undefined {
  const name = resource.replace(/\/+$/, '').toLowerCase();
  return Object.values(AUDIENCES).find((audience) => audience === name) ?? ALIASES[name];
}
