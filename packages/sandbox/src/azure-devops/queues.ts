import { toGuid } from '../identities.ts';
import {
  type Answer,
  type Call,
  findQuery,
  findQueryList,
  fitsFilter,
  getProject,
  type Handlers,
  list,
  ok,
} from './call.ts';
import { ServiceError } from './errors.ts';
import type { Project } from './state.ts';

interface Pool {
  readonly id: number;
  readonly name: string;
  readonly isHosted: boolean;
}

/** The pools each organisation starts with. */
const POOLS: readonly Pool[] = [
  { id: 1, name: 'Default', isHosted: false },
  { id: 9, name: 'Azure Pipelines', isHosted: true },
];

/** A queue is a pool made known to a project; each project has one per pool. */
export interface Queue {
  readonly id: number;
  readonly name: string;
  readonly pool: Pool;
}

/** The queues of a project: numbers are unique in the organisation. */
export function queuesOf(project: Project): readonly Queue[] {
  return POOLS.map((pool, place) => ({ id: (project.number - 1) * POOLS.length + place + 1, name: pool.name, pool }));
}

function describePool(pool: Pool): Record<string, unknown> {
  return {
    id: pool.id,
    name: pool.name,
    isHosted: pool.isHosted,
    isLegacy: false,
    poolType: 'automation',
    size: pool.isHosted ? 1 : 0,
    options: 'none',
    scope: toGuid('deployment'),
    createdOn: '2026-01-01T00:00:00Z',
    autoProvision: true,
  };
}

/** A queue as definitions refer to it. */
export function describeQueue(call: Call, project: Project, queue: Queue): unknown {
  const { id, name, isHosted } = queue.pool;
  return {
    id: queue.id,
    name: queue.name,
    url: `${call.base}/_apis/build/Queues/${queue.id}`,
    pool: { id, name, isHosted },
    projectId: project.id,
  };
}

function showQueues(call: Call): Answer {
  const project = getProject(call);
  const queues = queuesOf(project);
  const describe = (queue: Queue) => ({
    id: queue.id,
    projectId: project.id,
    name: queue.name,
    pool: describePool(queue.pool),
  });
  const { queueId } = call.params;
  if (queueId !== undefined) {
    const queue = queues.find(({ id }) => String(id) === queueId);
    if (queue) return ok(describe(queue));
    throw new ServiceError(404, 'TaskAgentQueueNotFoundException', `The queue with id ${queueId} was not found.`);
  }
  const name = findQuery(call, 'queueName');
  const names = findQueryList(call, 'queueNames')?.map((text) => text.toLowerCase());
  const ids = findQueryList(call, 'queueIds');
  const pools = findQueryList(call, 'poolIds');
  return list(
    queues
      .filter(
        (queue) =>
          (name === undefined || fitsFilter(queue.name, name)) &&
          (names === undefined || names.includes(queue.name.toLowerCase())) &&
          (ids === undefined || ids.includes(String(queue.id))) &&
          (pools === undefined || pools.includes(String(queue.pool.id))),
      )
      .map(describe),
  );
}

function showPools(call: Call): Answer {
  const { poolId } = call.params;
  if (poolId !== undefined) {
    const pool = POOLS.find(({ id }) => String(id) === poolId);
    if (pool) return ok(describePool(pool));
    throw new ServiceError(404, 'TaskAgentPoolNotFoundException', `The pool with id ${poolId} was not found.`);
  }
  const name = findQuery(call, 'poolName');
  return list(POOLS.filter((pool) => name === undefined || fitsFilter(pool.name, name)).map(describePool));
}

/** Agent pools and queues. */
export const queueHandlers: Handlers = {
  queues: { GET: showQueues },
  pools: { GET: showPools },
};
