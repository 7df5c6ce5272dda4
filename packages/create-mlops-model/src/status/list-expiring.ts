import type { Manifest, Names } from '@create-mlops-model/core';
import { type Expiring, expiring, toPipelineVariables } from '@create-mlops-model/pipeline-templates';

/** How long ahead people are warned; milliseconds. */
const AHEAD = 180 * 86_400_000;

/** What this project names and will not be there much longer, or is not any more. */
export function listExpiring(manifest: Manifest, names: Names, now: Date): readonly Expiring[] {
  const { BASE_IMAGE = '', PYTHON_VERSION = '' } = toPipelineVariables(manifest, names);
  const used: Readonly<Record<Expiring['kind'], (name: string) => boolean>> = {
    'agent-image': (name) => manifest.devops.pool === name,
    'databricks-runtime': (name) => manifest.databricks.compute.sparkVersion.startsWith(`${name}.`),
    python: (name) => PYTHON_VERSION === name,
    'base-image': (name) => BASE_IMAGE === name,
    // Every connection made today has the new issuer.
    'service-connection-issuer': () => false,
  };
  return expiring.filter(({ kind, name, end }) => used[kind](name) && Date.parse(end) - now.getTime() < AHEAD);
}
