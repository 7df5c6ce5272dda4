import { type ContainerRuntimeContext, makeContainerRuntime } from './container-runtime.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { makeProcessRuntime, type ProcessRuntimeContext } from './process-runtime.ts';

/** What the choice needs from the sandbox around it. */
export interface RuntimeChoice {
  /** Whether images are run as containers. */
  readonly hasContainers: () => Promise<boolean>;
}

/** Containers where the machine has an engine, else the images' processes. */
export function findRuntime(context: ContainerRuntimeContext & ProcessRuntimeContext & RuntimeChoice): PodRuntime {
  const containers = makeContainerRuntime(context);
  const processes = makeProcessRuntime(context);
  const choose = async () => ((await context.hasContainers()) ? containers : processes);
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
