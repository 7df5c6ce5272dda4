import { randomBytes } from 'node:crypto';
import { recordEvent } from '../events.ts';
import { getKind } from '../kinds.ts';
import type { Pod, ReplicaSet } from '../objects.ts';
import { removeObject } from '../remove-object.ts';
import { matchesLabels } from '../selectors.ts';
import { createObject } from '../write-object.ts';
import {
  asController,
  type ControllerContext,
  findReadySince,
  isOwnedBy,
  toOwner,
  toSafeText,
  writeStatus,
} from './controller-context.ts';

const REPLICA_SET = getKind('ReplicaSet');
const POD = getKind('Pod');
const COMPONENT = 'replicaset-controller';

/** Makes as many pods as each replica set asks for, and counts those that stand. */
export function syncReplicaSets(context: ControllerContext): void {
  for (const object of context.objects.list(REPLICA_SET)) syncReplicaSet(context, object as ReplicaSet);
}

function syncReplicaSet(context: ControllerContext, set: ReplicaSet): void {
  const pods = findPods(context, set);
  const wanted = set.spec.replicas ?? 1;
  if (!set.metadata.deletionTimestamp) {
    for (let count = pods.length; count < wanted; count += 1) createPod(context, set);
    for (const pod of chooseVictims(pods, pods.length - wanted)) {
      recordEvent(context, set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`, COMPONENT);
      removeObject(context, POD, pod);
    }
  }
  const standing = findPods(context, set);
  const available = standing.filter((pod) => isAvailable(context, pod, set.spec.minReadySeconds ?? 0)).length;
  const labels = { matchLabels: set.spec.template.metadata?.labels ?? {} };
  writeStatus(context, REPLICA_SET, set, {
    replicas: standing.length,
    fullyLabeledReplicas: standing.filter(({ metadata }) => matchesLabels(labels, metadata.labels)).length,
    readyReplicas: standing.filter((pod) => findReadySince(pod) !== undefined).length,
    availableReplicas: available,
    observedGeneration: set.metadata.generation,
  });
}

/** Pods that count: those that are going, or have ended, do not. */
function findPods({ objects }: ControllerContext, set: ReplicaSet): readonly Pod[] {
  const pods = objects.list(POD, set.metadata.namespace) as readonly Pod[];
  return pods.filter(
    (pod) =>
      isOwnedBy(pod, set) &&
      !pod.metadata.deletionTimestamp &&
      pod.status?.phase !== 'Failed' &&
      pod.status?.phase !== 'Succeeded',
  );
}

/** A pod counts as available when it has been ready for a while; times are kept to the second, so it may be one more. */
function isAvailable({ now, wakeAfter }: ControllerContext, pod: Pod, minReadySeconds: number): boolean {
  const since = findReadySince(pod);
  if (since === undefined) return false;
  const missing = minReadySeconds === 0 ? 0 : since + minReadySeconds * 1000 - now();
  if (missing > 0) wakeAfter(missing);
  return missing <= 0;
}

/** First those that are not ready, then the youngest. */
function chooseVictims(pods: readonly Pod[], count: number): readonly Pod[] {
  if (count <= 0) return [];
  const rank = (pod: Pod) => findReadySince(pod) ?? Number.POSITIVE_INFINITY;
  return [...pods]
    .sort((a, b) => compare(rank(b), rank(a)) || compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp))
    .slice(0, count);
}

function compare<T>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function createPod(context: ControllerContext, set: ReplicaSet): void {
  const { metadata = {}, spec } = set.spec.template;
  const name = `${set.metadata.name}-${toSafeText(randomBytes(5))}`;
  const place = { name, namespace: set.metadata.namespace, ownerReferences: [toOwner(set)] };
  createObject(context, POD, { metadata: { ...metadata, ...place }, spec }, asController(POD));
  recordEvent(context, set, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`, COMPONENT);
}
