import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './objects.ts';
import type { TestCluster } from './test-cluster.ts';
import { type ManifestOptions, toManifests } from './test-image.ts';
import { type LoadedRequest, startLoad } from './test-load.ts';

const PATHS = {
  Deployment: 'apis/apps/v1/namespaces/default/deployments',
  Service: 'api/v1/namespaces/default/services',
};

/** Applies the manifests of an image, and waits until they stand. @throws Error if they do not within half a minute */
export async function deploy(
  cluster: TestCluster,
  name: string,
  image: string,
  more: ManifestOptions = {},
): Promise<void> {
  for (const manifest of toManifests(name, image, more) as { kind: keyof typeof PATHS }[]) {
    const answer = await cluster.apply(`/${PATHS[manifest.kind]}/${name}`, manifest, 'mlops', '&force=true');
    if (answer.status >= 300) throw new Error(answer.body.message);
  }
  for (let waited = 0; waited < 30_000; waited += 25) {
    const { body } = await cluster.ask('GET', `/${PATHS.Deployment}/${name}`);
    if (isComplete(body as Deployment)) return;
    await sleep(25);
  }
  throw new Error(`the deployment ${name} does not stand`);
}

/** As `kubectl rollout status` sees it. */
function isComplete({ metadata, spec, status = {} }: Deployment): boolean {
  const { observedGeneration = 0, updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const isSeen = observedGeneration >= (metadata.generation ?? 0);
  return isSeen && [updatedReplicas, replicas, availableReplicas].every((count) => count === spec.replicas);
}

/** The address of a service. @throws Error if there is none */
export function getUrl(cluster: TestCluster, name: string): string {
  const found = cluster.cluster.addresses().find((address) => address.name === name);
  if (!found) throw new Error(`there is no service ${name}`);
  return found.url;
}

/** What a load saw of a rollout. */
export interface RolloutSeen {
  readonly requests: readonly LoadedRequest[];
  readonly problems: readonly LoadedRequest[];
  readonly versions: readonly string[];
  /** Versions that answered requests sent after the rollout was over. */
  readonly versionsAfter: readonly string[];
  /** Requests a second. */
  readonly rate: number;
}

/** Does something to a service under load. @param seconds of load before and after */
export async function underLoad(
  url: string,
  seconds: { readonly before: number; readonly after: number },
  act: () => Promise<void>,
): Promise<RolloutSeen> {
  const load = await startLoad(url);
  await sleep(seconds.before * 1000);
  await act();
  const over = Date.now();
  await sleep(seconds.after * 1000);
  const requests = await load.stop();
  const versionsOf = (some: readonly LoadedRequest[]) =>
    [...new Set(some.flatMap(({ version }) => version ?? []))].sort();
  const span = ((requests.at(-1)?.sent ?? 0) - (requests[0]?.sent ?? 0)) / 1000;
  return {
    requests,
    problems: requests.filter(({ problem }) => problem !== undefined),
    versions: versionsOf(requests),
    versionsAfter: versionsOf(requests.filter(({ sent }) => sent > over)),
    rate: requests.length / span,
  };
}
