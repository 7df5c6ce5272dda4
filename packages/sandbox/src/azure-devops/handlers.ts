import type { Handlers } from './call.ts';
import { definitionHandlers } from './definitions.ts';
import { discoveryHandlers } from './discovery.ts';
import { folderHandlers } from './folders.ts';
import { policyHandlers } from './policies.ts';
import { projectHandlers } from './projects.ts';
import { queueHandlers } from './queues.ts';
import { refHandlers } from './refs.ts';
import { repositoryHandlers } from './repositories.ts';

/** What each place of the service does. */
export const handlers: Handlers = {
  ...discoveryHandlers,
  ...projectHandlers,
  ...repositoryHandlers,
  ...refHandlers,
  ...definitionHandlers,
  ...folderHandlers,
  ...queueHandlers,
  ...policyHandlers,
};
