import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordEvent } from '../events.ts';
import { getKind } from '../kinds.ts';
import type { Condition, ConfigMap, Container, ContainerStatus, Pod, PodStatus } from '../objects.ts';
import { isEqual } from '../schema/json.ts';
import { toTimestamp, type WriteContext } from '../write-object.ts';
import { type ContainerLog, openContainerLog } from './container-log.ts';
import { type Mount, type PodRuntime, StartError } from './pod-runtime.ts';
import { tryHandler } from './probe.ts';
import { type ContainerLoop, runContainer } from './run-container.ts';

/** What a pod's life needs from the node. */
export interface PodContext extends WriteContext {
  readonly runtime: PodRuntime;
  /** Holds a folder for each pod's logs. */
  readonly logs: string;
  readonly podIP: string;
}

/** A pod that lives on the node. */
export interface PodLife {
  /** Where a port of the pod is reached from here. */
  findPort(containerPort: number): number | undefined;
  /** The log of a container's latest start. */
  findLog(container: string): ContainerLog | undefined;
  /** Ends the containers as their deletion asks for, then removes the pod. */
  terminate(pod: Pod): Promise<void>;
  /** Ends the containers at once, and leaves the pod as it is. */
  kill(): Promise<void>;
}

const POD = getKind('Pod');

/** Runs a pod's containers, and keeps its status true. */
export function runPod(context: PodContext, first: Pod): PodLife {
  const { namespace = 'default', name, uid } = first.metadata;
  const statuses = new Map<string, ContainerStatus>();
  const logs = new Map<string, ContainerLog>();
  const timestamp = () => toTimestamp(context.now());
  const startTime = first.status?.startTime ?? timestamp();
  let isOver = false;
  const find = () => {
    const pod = context.objects.find(POD, namespace, name) as Pod | undefined;
    return pod?.metadata.uid === uid ? pod : undefined;
  };
  const publish = () => {
    const pod = find();
    if (!pod || isOver || statuses.size < pod.spec.containers.length) return;
    const status = toPodStatus(pod, [...statuses.values()], startTime, context.podIP, timestamp());
    if (!isEqual(status, pod.status)) context.objects.put(POD, { ...pod, status });
  };
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recordEvent(context, find() ?? first, type, reason, message, 'kubelet');
  const grace = first.spec.terminationGracePeriodSeconds ?? 30;

  const start = (container: Container): ContainerLoop =>
    runContainer({
      runtime: context.runtime,
      container,
      restartPolicy: first.spec.restartPolicy ?? 'Always',
      before: first.status?.containerStatuses?.find(
        (status) => status.name === container.name && status.state.waiting?.reason !== 'ContainerCreating',
      ),
      order: (image, restarts) => ({
        pod: { uid, name, namespace },
        container,
        image,
        environment: toEnvironment(context, first, container),
        mounts: toMounts(context, first, container),
        user: toUser(first, container),
        restarts,
      }),
      openLog(restarts) {
        const log = openContainerLog(join(context.logs, uid, `${container.name}-${restarts}.log`), context.now);
        logs.set(container.name, log);
        return log;
      },
      publish(status) {
        statuses.set(container.name, status);
        publish();
      },
      event,
      timestamp,
      podName: `${name}_${namespace}(${uid})`,
      gracePeriod: grace,
    });
  const loops = first.spec.containers.map((container) => ({ container, loop: start(container) }));
  const stopAll = async () => {
    for (const { loop } of loops) {
      loop.stop();
      loop.current()?.kill('SIGKILL');
    }
    await Promise.all(loops.map(({ loop }) => loop.done));
  };
  return {
    findPort: (port) => loops.map(({ loop }) => loop.current()?.findPort(port)).find((found) => found !== undefined),
    findLog: (container) => logs.get(container),
    async terminate(pod) {
      const seconds = pod.metadata.deletionGracePeriodSeconds ?? grace;
      await Promise.all(loops.map(({ container, loop }) => terminate(container, loop, seconds, event)));
      // The sandbox may have ended meanwhile: then the pod is to go next time.
      if (isOver) return;
      isOver = true;
      const left = find();
      if (left) context.objects.remove(POD, left);
    },
    async kill() {
      isOver = true;
      await stopAll();
    },
  };
}

/** First what it asks for before it ends, then SIGTERM, and SIGKILL when its time is over. */
async function terminate(
  container: Container,
  loop: ContainerLoop,
  seconds: number,
  event: (type: 'Normal' | 'Warning', reason: string, message: string) => void,
): Promise<void> {
  loop.stop();
  const running = loop.current();
  if (!running) return loop.done;
  const deadline = Date.now() + seconds * 1000;
  event('Normal', 'Killing', `Stopping container ${container.name}`);
  const timeOver = new AbortController();
  const within = (milliseconds: number) =>
    sleep(Math.max(0, milliseconds), undefined, { signal: timeOver.signal }).catch(() => undefined);
  const preStop = container.lifecycle?.preStop;
  if (preStop?.sleep)
    await Promise.race([within(preStop.sleep.seconds * 1000), within(deadline - Date.now()), running.ended]);
  else if (preStop) {
    const problem = await tryHandler(preStop, container, running, deadline - Date.now());
    if (problem !== undefined) event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${problem}`);
  }
  running.kill('SIGTERM');
  // Whoever has used up its time before the signal still gets two seconds.
  void within(Math.max(deadline - Date.now(), 2000)).then(() => running.kill('SIGKILL'));
  await loop.done;
  timeOver.abort();
}

function toPodStatus(
  pod: Pod,
  containerStatuses: readonly ContainerStatus[],
  startTime: string,
  podIP: string,
  now: string,
): PodStatus {
  const isReady = containerStatuses.every(({ ready }) => ready);
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const why: Partial<Condition> = isReady
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const status = isReady ? 'True' : 'False';
  const wanted: readonly Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status, ...why },
    { type: 'ContainersReady', status, ...why },
    { type: 'PodScheduled', status: 'True' },
  ];
  const conditions = wanted.map((condition) => {
    const before = pod.status?.conditions?.find(({ type }) => type === condition.type);
    const since = before?.status === condition.status ? before.lastTransitionTime : now;
    return { ...condition, lastTransitionTime: since ?? now };
  });
  const phase = toPhase(containerStatuses);
  const addresses = { hostIP: '127.0.0.1', hostIPs: [{ ip: '127.0.0.1' }], podIP, podIPs: [{ ip: podIP }] };
  return { phase, conditions, ...addresses, startTime, containerStatuses, qosClass: 'Burstable' } as PodStatus;
}

function toPhase(statuses: readonly ContainerStatus[]): string {
  if (statuses.some(({ state, containerID }) => state.running || (containerID !== undefined && state.waiting)))
    return 'Running';
  if (statuses.every(({ state }) => state.terminated)) {
    return statuses.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  return 'Pending';
}

function findConfigMap(
  { objects }: PodContext,
  namespace: string | undefined,
  name: string | undefined,
): ConfigMap | undefined {
  return name === undefined
    ? undefined
    : (objects.find(getKind('ConfigMap'), namespace, name) as ConfigMap | undefined);
}

/** @throws StartError if a variable's source is not there; there are no secrets in this cluster */
function toEnvironment(
  context: PodContext,
  pod: Pod,
  { env = [], envFrom = [] }: Container,
): Readonly<Record<string, string>> {
  const { namespace, name, uid, labels = {}, annotations = {} } = pod.metadata;
  if (pod.spec.initContainers?.length) throw new StartError('the node runs no init containers');
  const variables: Record<string, string> = {};
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    if (secretRef) throw new StartError(`secret "${secretRef.name ?? ''}" not found`);
    const map = findConfigMap(context, namespace, configMapRef?.name);
    if (!map) throw new StartError(`configmap "${configMapRef?.name ?? ''}" not found`);
    for (const [key, value] of Object.entries(map.data ?? {})) variables[prefix + key] = value;
  }
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': name,
    'metadata.namespace': namespace,
    'metadata.uid': uid,
    'spec.nodeName': pod.spec.nodeName,
    'status.podIP': context.podIP,
    'status.hostIP': '127.0.0.1',
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`metadata.labels['${key}']`, value])),
    ...Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`metadata.annotations['${key}']`, value])),
  };
  for (const { name: variable, value = '', valueFrom } of env) {
    const reference = valueFrom?.configMapKeyRef;
    const secret = valueFrom?.secretKeyRef;
    if (secret && !secret.optional) throw new StartError(`secret "${secret.name ?? ''}" not found`);
    const found = reference && findConfigMap(context, namespace, reference.name)?.data?.[reference.key];
    if (reference && found === undefined && !reference.optional) {
      throw new StartError(`couldn't find key ${reference.key} in ConfigMap ${namespace}/${reference.name}`);
    }
    const field = valueFrom?.fieldRef ? (fields[valueFrom.fieldRef.fieldPath] ?? '') : undefined;
    const text = field ?? found ?? value;
    variables[variable] = text.replace(/\$\$|\$\((\w+)\)/g, (all, inner: string | undefined) =>
      inner ? (variables[inner] ?? all) : '$',
    );
  }
  return variables;
}

/** @throws StartError if it is a volume that the node cannot mount */
function toMounts(context: PodContext, pod: Pod, { volumeMounts = [] }: Container): readonly Mount[] {
  return volumeMounts.map(({ name, mountPath }) => {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    if (volume?.emptyDir) return { path: mountPath, content: 'empty' };
    const map = volume?.configMap && findConfigMap(context, pod.metadata.namespace, volume.configMap.name);
    if (volume?.configMap && !map)
      throw new StartError(
        `MountVolume.SetUp failed for volume "${name}": configmap "${volume.configMap.name ?? ''}" not found`,
      );
    if (!map)
      throw new StartError(
        `MountVolume.SetUp failed for volume "${name}": the node mounts emptyDir and configMap only`,
      );
    return { path: mountPath, content: { files: map.data ?? {} } };
  });
}

function toUser({ spec }: Pod, { securityContext }: Container): string | undefined {
  const user = securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
  if (user === undefined) return undefined;
  const group = spec.securityContext?.runAsGroup;
  return group === undefined ? String(user) : `${user}:${group}`;
}
