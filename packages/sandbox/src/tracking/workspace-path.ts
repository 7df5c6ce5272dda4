const RESOURCE = ['subscriptions', 'resourceGroups', 'providers/Microsoft.MachineLearningServices/workspaces'] as const;
const SEGMENT = '[^/]+';
const PATTERN = new RegExp(`^/mlflow/v[12]\\.0/${RESOURCE.map((kind) => `${kind}/${SEGMENT}`).join('/')}/(.*)$`, 'i');

/** Where a workspace is, in Azure's own words. */
export interface Workspace {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** The path of a workspace's tracking server, as `az ml workspace show` gives it behind the host. */
export function toWorkspacePath({ subscription, resourceGroup, name }: Workspace): string {
  const values = [subscription, resourceGroup, name].map(encodeURIComponent);
  return `/mlflow/v1.0/${RESOURCE.map((kind, index) => `${kind}/${values[index]}`).join('/')}`;
}

/** What follows the workspace's path, without the slash between; `undefined`: the path is no workspace's. */
export function findRest(path: string): string | undefined {
  return PATTERN.exec(path)?.[1];
}
