import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { recordEvent } from '../events.ts';
import { getKind } from '../kinds.ts';
import type { Change } from '../object-store.ts';
import type { Pod } from '../objects.ts';
import type { WriteContext } from '../write-object.ts';
import { type ContainerLog, type LogLine, readLog } from './container-log.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { type PodLife, runPod } from './run-pod.ts';

/** The one node of the cluster: takes every pod, runs it, and ends it. */
export interface NodeAgent {
  /** Where a port of a pod is reached from here. */
  findPort(podUid: string, containerPort: number): number | undefined;
  /** The log of a container's latest start, while the pod is on the node. */
  findLog(podUid: string, container: string): ContainerLog | undefined;
  /** What one start of a container has written. */
  readLog(podUid: string, container: string, restarts: number): readonly LogLine[];
  /** Takes up the pods that are there, and from now on every new one. */
  start(): Promise<void>;
  /** Ends all containers; the pods stay, and are run again next time. */
  stop(): Promise<void>;
}

/** What the node needs from the cluster around it. */
export interface NodeContext extends WriteContext {
  readonly runtime: PodRuntime;
  readonly folder: string;
}

const POD = getKind('Pod');
const NODE_NAME = 'sandbox';

/** Makes the node; it does nothing until it is started. */
export function makeNodeAgent(context: NodeContext): NodeAgent {
  const logs = join(context.folder, 'logs');
  const lives = new Map<string, PodLife>();
  const taken = new Set<string>();
  const going = new Set<string>();
  let addresses = 1;
  let unsubscribe = () => {};
  const take = (pod: Pod) => {
    const { uid, deletionTimestamp } = pod.metadata;
    if (pod.spec.nodeName === undefined) return schedule(context, pod);
    const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (!taken.has(uid) && !isOver && !deletionTimestamp) {
      // Before it runs: its first status is a change already, which leads here again.
      taken.add(uid);
      addresses += 1;
      const podIP = `10.244.${Math.floor(addresses / 254) % 256}.${(addresses % 254) + 1}`;
      lives.set(uid, runPod({ ...context, logs, podIP }, pod));
    }
    if (deletionTimestamp && !going.has(uid)) void end(pod);
  };
  const end = async (pod: Pod) => {
    going.add(pod.metadata.uid);
    const life = lives.get(pod.metadata.uid);
    if (life) await life.terminate(pod);
    else context.objects.remove(POD, pod);
    lives.delete(pod.metadata.uid);
    going.delete(pod.metadata.uid);
  };
  /** Somebody removed the pod without waiting for it. */
  const drop = async ({ metadata }: Pod) => {
    rmSync(join(logs, metadata.uid), { recursive: true, force: true });
    taken.delete(metadata.uid);
    if (going.has(metadata.uid)) return;
    const life = lives.get(metadata.uid);
    lives.delete(metadata.uid);
    await life?.kill();
  };
  const onChange = ({ kind, type, object }: Change) => {
    if (kind !== 'Pod') return;
    if (type === 'DELETED') void drop(object as Pod);
    else take(object as Pod);
  };
  return {
    findPort: (uid, port) => lives.get(uid)?.findPort(port),
    findLog: (uid, container) => lives.get(uid)?.findLog(container),
    readLog: (uid, container, restarts) => readLog(join(logs, uid, `${container}-${restarts}.log`)),
    async start() {
      await context.runtime.recover();
      const pods = context.objects.list(POD) as readonly Pod[];
      const known = new Set(pods.map(({ metadata }) => metadata.uid));
      for (const uid of existsSync(logs) ? readdirSync(logs) : [])
        if (!known.has(uid)) rmSync(join(logs, uid), { recursive: true });
      unsubscribe = context.objects.subscribe(onChange);
      for (const pod of pods) take(pod);
    },
    async stop() {
      unsubscribe();
      await Promise.all([...lives.values()].map((life) => life.kill()));
    },
  };
}

function schedule(context: NodeContext, pod: Pod): void {
  const { namespace, name } = pod.metadata;
  context.objects.put(POD, {
    ...pod,
    spec: { ...pod.spec, nodeName: NODE_NAME },
    status: { phase: 'Pending', ...pod.status },
  } as Pod);
  const message = `Successfully assigned ${namespace}/${name} to ${NODE_NAME}`;
  recordEvent(context, pod, 'Normal', 'Scheduled', message, 'default-scheduler');
}
