import { collectGarbage } from '../remove-object.ts';
import type { WriteContext } from '../write-object.ts';
import { syncAutoscalers } from './autoscalers.ts';
import type { ControllerContext } from './controller-context.ts';
import { syncDeployments } from './deployments.ts';
import { syncEndpointSlices } from './endpoint-slices.ts';
import { syncReplicaSets } from './replica-sets.ts';

/** All controllers of the cluster. */
export interface Controllers {
  start(): void;
  stop(): void;
}

/** Runs all controllers after each change, and when one of them asked to be woken. */
export function makeControllers(context: WriteContext): Controllers {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let isQueued = false;
  let isStopped = true;
  let unsubscribe = () => {};
  const runSoon = () => {
    if (isQueued || isStopped) return;
    isQueued = true;
    setImmediate(runAll);
  };
  const wakeAfter = (milliseconds: number) => {
    const due = Date.now() + milliseconds;
    if (due >= dueAt) return;
    dueAt = due;
    clearTimeout(timer);
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY;
      runSoon();
    }, milliseconds);
  };
  const all: ControllerContext = { ...context, wakeAfter };
  const runAll = () => {
    isQueued = false;
    if (isStopped) return;
    collectGarbage(all);
    syncAutoscalers(all);
    syncDeployments(all);
    syncReplicaSets(all);
    syncEndpointSlices(all);
  };
  return {
    start() {
      isStopped = false;
      unsubscribe = context.objects.subscribe(({ kind }) => {
        if (kind !== 'Event') runSoon();
      });
      runSoon();
    },
    stop() {
      isStopped = true;
      unsubscribe();
      clearTimeout(timer);
    },
  };
}
