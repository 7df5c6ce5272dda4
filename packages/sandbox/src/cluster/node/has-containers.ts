import { hasEngine } from './container-runtime.ts';

/**
 * Whether images are built and run as containers: by agents as by the cluster, so that what one builds the other can
 * run. The engine is looked for when the first of them asks: most sandboxes never need one.
 * @param isForbidden whether the sandbox is to do as if there were none
 */
export function makeHasContainers(environment: NodeJS.ProcessEnv, isForbidden: () => boolean): () => Promise<boolean> {
  let found: Promise<boolean> | undefined;
  return async () => {
    if (isForbidden()) return false;
    found ??= hasEngine(environment);
    return found;
  };
}
