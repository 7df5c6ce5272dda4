import type { Target } from '@create-mlops-model/core';

/** `https://dev.azure.com/contoso/ml` */
export function toProjectUrl(target: Target): string {
  return `${target.organizationUrl}/${encodeURIComponent(target.project)}`;
}

/** Address that the repository is cloned from. */
export function toCloneUrl(target: Target, repository: string): string {
  return `${toProjectUrl(target)}/_git/${encodeURIComponent(repository)}`;
}
