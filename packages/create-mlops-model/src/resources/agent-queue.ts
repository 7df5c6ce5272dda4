import type { Address, Resource } from '@create-mlops-model/core';
import type { Queue } from '../services/azure-devops/library.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { RIGHTS } from './rights.ts';

/** An agent queue of the project. Found, never made: agents are machines that somebody runs. */
export function agentQueueResource(
  spec: { readonly name: string; readonly projectUrl: string },
  devops: AzureDevOps,
): Resource<Queue> {
  const address: Address = `agent-queue:${spec.name}`;
  const cannotBeMade = () => Promise.reject(new Error(`${address} is never made`));
  return {
    address,
    needs: [],
    right: RIGHTS.queue,
    read: () => devops.library.findQueue(spec.name),
    isOurs: () => false,
    diff: () => [],
    missingStep: () => ({
      en: `Open ${spec.projectUrl}/_settings/agentqueues and add the agent pool "${spec.name}", or set devops.pool in mlops.yaml to one that is there.`,
      fr: `Ouvrez ${spec.projectUrl}/_settings/agentqueues et ajoutez le pool d’agents « ${spec.name} », ou donnez à devops.pool dans mlops.yaml un pool qui y figure.`,
    }),
    create: cannotBeMade,
    update: cannotBeMade,
  };
}
