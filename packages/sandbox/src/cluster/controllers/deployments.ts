import { createHash } from 'node:crypto';
import { recordEvent } from '../events.ts';
import { getKind } from '../kinds.ts';
import type { Deployment, IntOrString, PodTemplate, ReplicaSet } from '../objects.ts';
import { isEqual, type Json, toStableText } from '../schema/json.ts';
import { createObject } from '../write-object.ts';
import {
  asController,
  type ControllerContext,
  isOwnedBy,
  toOwner,
  toSafeText,
  writeStatus,
} from './controller-context.ts';
import { toDeploymentStatus } from './deployment-status.ts';

const DEPLOYMENT = getKind('Deployment');
const REPLICA_SET = getKind('ReplicaSet');
const COMPONENT = 'deployment-controller';
const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const HASH = 'pod-template-hash';

/** Brings each deployment's pods to its template, a few at a time. */
export function syncDeployments(context: ControllerContext): void {
  for (const object of context.objects.list(DEPLOYMENT)) syncDeployment(context, object as Deployment);
}

/** The sets of a deployment: the one of its present template, and all others from the oldest to the newest. */
interface Sets {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

function syncDeployment(context: ControllerContext, deployment: Deployment): void {
  if (deployment.metadata.deletionTimestamp) return;
  const found = findSets(context, deployment);
  const current = deployment.spec.paused ? found.current : ensureCurrent(context, deployment, found);
  const sets = { current, old: found.old };
  if (deployment.spec.paused) scaleInProportion(context, deployment, sets);
  else if (current && deployment.spec.strategy.type === 'Recreate') recreate(context, deployment, sets);
  else if (current) roll(context, deployment, sets);
  const after = findSets(context, deployment);
  const live = context.objects.find(DEPLOYMENT, deployment.metadata.namespace, deployment.metadata.name) as Deployment;
  const status = toDeploymentStatus(context, live, after.current, after.old);
  writeStatus(context, DEPLOYMENT, live, status);
  const isComplete = status.updatedReplicas === live.spec.replicas && status.replicas === live.spec.replicas;
  if (isComplete) forgetOldest(context, live, after);
}

function findSets({ objects }: ControllerContext, deployment: Deployment): Sets {
  const all = objects.list(REPLICA_SET, deployment.metadata.namespace) as readonly ReplicaSet[];
  const own = all.filter((set) => isOwnedBy(set, deployment)).sort((a, b) => revisionOf(a) - revisionOf(b));
  const current = own.find((set) => isEqual(withoutHash(set.spec.template), withoutHash(deployment.spec.template)));
  return { current, old: own.filter((set) => set !== current) };
}

function withoutHash({ metadata, spec }: PodTemplate): unknown {
  const { [HASH]: _, ...labels } = metadata?.labels ?? {};
  return { labels, annotations: metadata?.annotations ?? {}, spec };
}

function revisionOf({ metadata }: ReplicaSet | Deployment): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

/** The set of the present template; one that was there before gets the newest revision, as after an undo. */
function ensureCurrent(context: ControllerContext, deployment: Deployment, { current, old }: Sets): ReplicaSet {
  const newest = Math.max(0, ...old.map(revisionOf)) + 1;
  const set = current
    ? revisionOf(current) < newest
      ? renumber(context, current, newest)
      : current
    : createSet(context, deployment, newest);
  const revision = set.metadata.annotations?.[REVISION];
  if (deployment.metadata.annotations?.[REVISION] !== revision) annotate(context, deployment, { [REVISION]: revision });
  return set;
}

function annotate(context: ControllerContext, object: Deployment | ReplicaSet, added: Json): ReplicaSet {
  const kind = object.kind === 'Deployment' ? DEPLOYMENT : REPLICA_SET;
  const annotations = { ...object.metadata.annotations, ...added } as Record<string, string>;
  return context.objects.put(kind, { ...object, metadata: { ...object.metadata, annotations } }) as ReplicaSet;
}

function renumber(context: ControllerContext, set: ReplicaSet, revision: number): ReplicaSet {
  const before = set.metadata.annotations;
  const history = [before?.[HISTORY], before?.[REVISION]].filter(Boolean).join(',');
  return annotate(context, set, { [REVISION]: String(revision), [HISTORY]: history });
}

function createSet(context: ControllerContext, deployment: Deployment, revision: number): ReplicaSet {
  const { name, namespace, annotations = {} } = deployment.metadata;
  const { selector, template, minReadySeconds } = deployment.spec;
  const hash = toSafeText(createHash('sha256').update(toStableText(template)).digest().subarray(0, 10));
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...kept } = annotations;
  const set = {
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { ...kept, [REVISION]: String(revision) },
      ownerReferences: [toOwner(deployment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return createObject(context, REPLICA_SET, set, asController(REPLICA_SET)) as ReplicaSet;
}

function scale(context: ControllerContext, deployment: Deployment, set: ReplicaSet, replicas: number): void {
  const before = set.spec.replicas ?? 0;
  if (before === replicas) return;
  const generation = (set.metadata.generation ?? 1) + 1;
  context.objects.put(REPLICA_SET, {
    ...set,
    metadata: { ...set.metadata, generation },
    spec: { ...set.spec, replicas },
  } as ReplicaSet);
  const how = replicas > before ? 'up' : 'down';
  const message = `Scaled ${how} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  recordEvent(context, deployment, 'Normal', 'ScalingReplicaSet', message, COMPONENT);
}

const replicasOf = (set: ReplicaSet) => set.spec.replicas ?? 0;
const availableOf = (set: ReplicaSet) => Math.min(set.status?.availableReplicas ?? 0, replicasOf(set));
const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);

/** A rolling update: up by what may be too many, down by what may be missing. */
function roll(context: ControllerContext, deployment: Deployment, { current, old }: Sets): void {
  if (!current) return;
  const wanted = deployment.spec.replicas;
  const { surge, unavailable } = toLimits(deployment);
  const total = replicasOf(current) + sum(old.map(replicasOf));
  const up = Math.min(wanted - replicasOf(current), wanted + surge - total);
  if (replicasOf(current) > wanted) scale(context, deployment, current, wanted);
  else if (up > 0) {
    // What this frees is looked at when it has been done.
    scale(context, deployment, current, replicasOf(current) + up);
    return;
  }
  const missing = replicasOf(current) - availableOf(current);
  let spare = total - (wanted - unavailable) - missing;
  // What does not serve anyway goes first.
  for (const set of old) {
    const broken = Math.min(replicasOf(set) - availableOf(set), spare);
    if (broken <= 0) continue;
    spare -= broken;
    scale(context, deployment, set, replicasOf(set) - broken);
  }
  const left = findSets(context, deployment).old;
  let tooMany = availableOf(current) + sum(left.map(availableOf)) - (wanted - unavailable);
  for (const set of left) {
    const down = Math.min(replicasOf(set), tooMany);
    if (down <= 0) continue;
    tooMany -= down;
    scale(context, deployment, set, replicasOf(set) - down);
  }
}

/** First all old pods go, then the new ones come. */
function recreate(context: ControllerContext, deployment: Deployment, { current, old }: Sets): void {
  for (const set of old) scale(context, deployment, set, 0);
  const pods = context.objects.list(getKind('Pod'), deployment.metadata.namespace);
  const isClear = old.every((set) => !pods.some((pod) => isOwnedBy(pod, set)));
  if (isClear && current) scale(context, deployment, current, deployment.spec.replicas);
}

/** A paused deployment keeps its mixture; only its size follows. */
function scaleInProportion(context: ControllerContext, deployment: Deployment, { current, old }: Sets): void {
  const active = [...old, ...(current ? [current] : [])].filter((set) => replicasOf(set) > 0);
  const [only] = active;
  if (active.length === 1 && only) scale(context, deployment, only, deployment.spec.replicas);
}

function toLimits({ spec }: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge = 0, maxUnavailable = 0 } = spec.strategy.rollingUpdate ?? {};
  const surge = toCount(maxSurge, spec.replicas, Math.ceil);
  const unavailable = toCount(maxUnavailable, spec.replicas, Math.floor);
  // Rounded down, both may be none, and nothing would ever move.
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, spec.replicas) };
}

function toCount(value: IntOrString, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseFloat(value) / 100) * of);
}

function forgetOldest(context: ControllerContext, { spec }: Deployment, { old }: Sets): void {
  const idle = old.filter((set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0);
  for (const set of idle.slice(0, Math.max(0, idle.length - spec.revisionHistoryLimit)))
    context.objects.remove(REPLICA_SET, set);
}
