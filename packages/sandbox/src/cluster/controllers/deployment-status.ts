import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from '../objects.ts';
import { toTimestamp } from '../write-object.ts';
import type { ControllerContext } from './controller-context.ts';

/** What a deployment's status says of its sets. */
export function toDeploymentStatus(
  context: ControllerContext,
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): DeploymentStatus {
  const all = [...old, ...(current ? [current] : [])];
  const count = (read: (status: NonNullable<ReplicaSet['status']>) => number | undefined) =>
    all.reduce((sum, { status }) => sum + ((status && read(status)) ?? 0), 0);
  const available = count((status) => status.availableReplicas);
  const wanted = all.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: count(({ replicas }) => replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: count(({ readyReplicas }) => readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
  const before = deployment.status?.conditions ?? [];
  const conditions = [toAvailable(deployment, available), toProgressing(context, deployment, current, counts)].map(
    (condition) => withTimes(condition, before, toTimestamp(context.now()), isProgress(deployment.status, counts)),
  );
  const shown = Object.entries(counts).filter(([, value]) => value !== 0);
  return { ...Object.fromEntries(shown), conditions } as DeploymentStatus;
}

type Counts = Required<Omit<DeploymentStatus, 'conditions'>>;

function toAvailable({ spec }: Deployment, available: number): Condition {
  const { maxUnavailable = 0 } = spec.strategy.rollingUpdate ?? {};
  const share =
    typeof maxUnavailable === 'number'
      ? maxUnavailable
      : Math.floor((Number.parseFloat(maxUnavailable) / 100) * spec.replicas);
  const least = spec.strategy.type === 'Recreate' ? spec.replicas : spec.replicas - share;
  return available >= least
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function toProgressing(
  context: ControllerContext,
  deployment: Deployment,
  current: ReplicaSet | undefined,
  counts: Counts,
): Condition {
  const { metadata, spec, status } = deployment;
  const type = 'Progressing';
  const before = status?.conditions?.find((condition) => condition.type === type);
  const name = current?.metadata.name ?? '';
  if (spec.paused) return { type, status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' };
  const isComplete =
    counts.updatedReplicas === spec.replicas &&
    counts.replicas === spec.replicas &&
    counts.availableReplicas === spec.replicas;
  if (isComplete) {
    return {
      type,
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${name}" has successfully progressed.`,
    };
  }
  const isNewSpec = status?.observedGeneration !== metadata.generation;
  if (!before || isNewSpec || before.reason === 'DeploymentPaused') {
    return { type, status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` };
  }
  if (isProgress(status, counts) || before.reason === 'NewReplicaSetAvailable') {
    return { type, status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` };
  }
  const missing = Date.parse(before.lastUpdateTime ?? '') + spec.progressDeadlineSeconds * 1000 - context.now();
  if (before.status === 'False' || missing <= 0) {
    const message = `ReplicaSet "${name}" has timed out progressing.`;
    return { type, status: 'False', reason: 'ProgressDeadlineExceeded', message };
  }
  context.wakeAfter(missing);
  return before;
}

/** More of the new, or fewer of the old, or more that serve. */
function isProgress(before: DeploymentStatus | undefined, now: Counts): boolean {
  const oldBefore = (before?.replicas ?? 0) - (before?.updatedReplicas ?? 0);
  return (
    now.updatedReplicas > (before?.updatedReplicas ?? 0) ||
    now.replicas - now.updatedReplicas < oldBefore ||
    now.readyReplicas > (before?.readyReplicas ?? 0) ||
    now.availableReplicas > (before?.availableReplicas ?? 0)
  );
}

function withTimes(condition: Condition, conditions: readonly Condition[], now: string, hasMoved: boolean): Condition {
  const before = conditions.find(({ type }) => type === condition.type);
  const isSame =
    before?.status === condition.status && before.reason === condition.reason && before.message === condition.message;
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  const isMove = condition.type === 'Progressing' && hasMoved && condition.status === 'True';
  const lastUpdateTime = isSame && !isMove ? before.lastUpdateTime : now;
  return { ...condition, lastTransitionTime: lastTransitionTime ?? now, lastUpdateTime: lastUpdateTime ?? now };
}
