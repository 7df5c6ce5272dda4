import { type ContainerRuntimeContext, makeContainerRuntime } from './container-runtime.ts';
import { parseImage } from './parse-image.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { isProcessImage } from './process-image.ts';
import { makeProcessRuntime, type ProcessRuntimeContext } from './process-runtime.ts';

/** What the choice needs from the sandbox around it. */
export interface RuntimeChoice {
  /** Whether images are run as containers. */
  readonly hasContainers: () => Promise<boolean>;
}

/** Containers where the machine has an engine, else the images' processes, as are those that were built so before. */
export function findRuntime(context: ContainerRuntimeContext & ProcessRuntimeContext & RuntimeChoice): PodRuntime {
  const containers = makeContainerRuntime(context);
  const processes = makeProcessRuntime(context);
  const isOwn = (image: string) => context.registryHosts().includes(parseImage(image).host);
  const choose = async (image: string) => {
    if (isOwn(image) && isProcessImage(context.registry, image)) return processes;
    return (await context.hasContainers()) ? containers : processes;
  };
  return {
    pull: async (image) => (await choose(image)).pull(image),
    start: async (order) => (await choose(order.image.reference)).start(order),
    // Engines come and go: last time it may have been the other one.
    async recover() {
      await processes.recover();
      await containers.recover();
    },
  };
}
