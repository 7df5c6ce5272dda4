import type { Manifest } from '@create-mlops-model/core';
import { toLiteral } from './literal.ts';

/** A Microsoft-hosted image such as `ubuntu-24.04`; any other name is a pool of one's own. */
const HOSTED_IMAGE = /^(ubuntu|windows|macos)-[\w.]+$/i;

/** Whether the pipelines run on Microsoft's agents. */
export function isHostedPool(pool: string): boolean {
  return HOSTED_IMAGE.test(pool);
}

/** The `pool:` of a pipeline. */
export function toPool(manifest: Manifest): { readonly vmImage: string } | { readonly name: string } {
  const pool = toLiteral('devops.pool', manifest.devops.pool);
  return isHostedPool(pool) ? { vmImage: pool } : { name: pool };
}
