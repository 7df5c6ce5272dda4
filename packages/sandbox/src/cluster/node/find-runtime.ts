import { type ContainerRuntimeContext, hasEngine, makeContainerRuntime } from './container-runtime.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { makeProcessRuntime, type ProcessRuntimeContext } from './process-runtime.ts';

/**
 * Containers where the machine has an engine, else the images' processes. It is looked for when the first pod is to be
 * run: most sandboxes never run one.
 */
export function findRuntime(context: ContainerRuntimeContext & ProcessRuntimeContext): PodRuntime {
  const containers = makeContainerRuntime(context);
  const processes = makeProcessRuntime(context);
  let chosen: Promise<PodRuntime> | undefined;
  const choose = () => {
    chosen ??= hasEngine(context.environment).then((is) => (is ? containers : processes));
    return chosen;
  };
  return {
    pull: async (image) => (await choose()).pull(image),
    start: async (order) => (await choose()).start(order),
    // Engines come and go: last time it may have been the other one.
    async recover() {
      await processes.recover();
      await containers.recover();
    },
  };
}
