import type { Kind } from '../kinds.ts';
import type {
  ConfigMap,
  ContainerStatus,
  Deployment,
  EndpointSlice,
  KubeObject,
  Pod,
  ReplicaSet,
  ServiceObject,
} from '../objects.ts';
import { isJson, type Json } from '../schema/json.ts';

/** A column of what `kubectl get` prints. */
interface Column {
  readonly name: string;
  /** 1: with `--output wide` only. */
  readonly priority: 0 | 1;
  readonly read: (object: KubeObject, now: number) => string | number;
}

/** Objects as the rows of a table. */
export function toTable(
  kind: Kind,
  objects: readonly KubeObject[],
  listMetadata: Json,
  include: string,
  now: number,
): Json {
  const columns = [
    ...(kind.kind === 'Event' ? [] : [NAME]),
    ...(COLUMNS[kind.kind] ?? []),
    ...(kind.kind === 'Event' ? [] : [AGE]),
    ...(WIDE[kind.kind] ?? []),
  ];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: columns.map(({ name, priority }, at) => ({
      name,
      type: 'string',
      format: at === 0 ? 'name' : '',
      description: '',
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ read }) => read(object, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : toPartial(object) }),
    })),
  };
}

function toPartial({ metadata }: KubeObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function column<T extends KubeObject>(
  name: string,
  read: (object: T, now: number) => unknown,
  priority: 0 | 1 = 0,
): Column {
  const print = (value: unknown) =>
    typeof value === 'number' ? value : value === undefined || value === '' ? '<none>' : String(value);
  return { name, priority, read: (object, now) => print(read(object as T, now)) };
}

const NAME: Column = column('Name', ({ metadata }) => metadata.name);
const AGE: Column = column('Age', ({ metadata }, now) => toAge(metadata.creationTimestamp, now));

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [column('Status', () => 'Active')],
  ConfigMap: [column<ConfigMap>('Data', ({ data = {} }) => Object.keys(data).length)],
  Pod: [
    column<Pod>('Ready', ({ spec, status }) => {
      const ready = (status?.containerStatuses ?? []).filter((container) => container.ready).length;
      return `${ready}/${spec.containers.length}`;
    }),
    column<Pod>('Status', describePod),
    column<Pod>('Restarts', describeRestarts),
  ],
  ReplicaSet: [
    column<ReplicaSet>('Desired', ({ spec }) => spec.replicas ?? 0),
    column<ReplicaSet>('Current', ({ status }) => status?.replicas ?? 0),
    column<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas ?? 0),
  ],
  Deployment: [
    column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}`),
    column<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
    column<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0),
  ],
  Service: [
    column<ServiceObject>('Type', ({ spec }) => spec.type),
    column<ServiceObject>('Cluster-IP', ({ spec }) => spec.clusterIP),
    column<ServiceObject>('External-IP', ({ spec, status }) => {
      const ingress = isJson(status) && isJson(status.loadBalancer) ? status.loadBalancer.ingress : undefined;
      const addresses = (Array.isArray(ingress) ? (ingress as Json[]) : []).map(({ ip }) => ip);
      return addresses.join(',') || (spec.type === 'LoadBalancer' ? '<pending>' : '<none>');
    }),
    column<ServiceObject>('Port(s)', ({ spec }) =>
      (spec.ports ?? [])
        .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
        .join(','),
    ),
  ],
  EndpointSlice: [
    column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
    column<EndpointSlice>('Ports', ({ ports }) => ports.map(({ port }) => port).join(',') || '<unset>'),
    column<EndpointSlice>(
      'Endpoints',
      ({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses).join(',') || '<unset>',
    ),
  ],
  HorizontalPodAutoscaler: [
    column('Reference', ({ spec }) => {
      const target = (spec as Json).scaleTargetRef as Json;
      return `${target.kind}/${target.name}`;
    }),
    column('MinPods', ({ spec }) => (spec as Json).minReplicas),
    column('MaxPods', ({ spec }) => (spec as Json).maxReplicas),
    column('Replicas', ({ status }) => (isJson(status) ? (status.currentReplicas ?? 0) : 0)),
  ],
  NetworkPolicy: [
    column('Pod-Selector', ({ spec }) => {
      const labels = ((spec as Json).podSelector as Json | undefined)?.matchLabels;
      return isJson(labels) ? printLabels(labels) : '<none>';
    }),
  ],
  PodDisruptionBudget: [
    column('Min Available', ({ spec }) => (spec as Json).minAvailable ?? 'N/A'),
    column('Max Unavailable', ({ spec }) => (spec as Json).maxUnavailable ?? 'N/A'),
  ],
  HTTPRoute: [column('Hostnames', ({ spec }) => JSON.stringify((spec as Json).hostnames ?? []))],
  Event: [
    column('Last Seen', (event, now) =>
      toAge(String((event as unknown as Json).lastTimestamp ?? event.metadata.creationTimestamp), now),
    ),
    column('Type', (event) => (event as unknown as Json).type),
    column('Reason', (event) => (event as unknown as Json).reason),
    column('Object', (event) => {
      const object = (event as unknown as Json).involvedObject as Json;
      return `${String(object.kind).toLowerCase()}/${object.name}`;
    }),
    column('Message', (event) => (event as unknown as Json).message),
  ],
};

const CONTAINERS = [
  column<Deployment>('Containers', ({ spec }) => spec.template.spec.containers.map(({ name }) => name).join(','), 1),
  column<Deployment>('Images', ({ spec }) => spec.template.spec.containers.map(({ image }) => image).join(','), 1),
  column<Deployment>('Selector', ({ spec }) => printLabels(spec.selector.matchLabels ?? {}), 1),
];

const WIDE: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    column<Pod>('IP', ({ status }) => status?.podIP, 1),
    column<Pod>('Node', ({ spec }) => spec.nodeName, 1),
    column<Pod>('Nominated Node', () => '<none>', 1),
    column<Pod>('Readiness Gates', () => '<none>', 1),
  ],
  Event: [column('Name', ({ metadata }) => metadata.name, 1)],
  Deployment: CONTAINERS,
  ReplicaSet: CONTAINERS,
  Service: [column<ServiceObject>('Selector', ({ spec }) => printLabels(spec.selector ?? {}), 1)],
};

function printLabels(labels: Readonly<Record<string, unknown>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** A pod's state in a word, as kubectl shows it. */
function describePod({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp) return 'Terminating';
  const states = (status?.containerStatuses ?? []).map(({ state }) => state);
  const reason = states
    .map((state) => state.waiting?.reason ?? state.terminated?.reason)
    .find((word) => word !== undefined);
  return reason ?? status?.reason ?? status?.phase ?? 'Unknown';
}

function describeRestarts({ status }: Pod, now: number): string {
  const containers = status?.containerStatuses ?? [];
  const count = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const last = containers
    .map(({ lastState }: ContainerStatus) => lastState.terminated?.finishedAt)
    .filter(Boolean)
    .sort()
    .at(-1);
  return count > 0 && last ? `${count} (${toAge(last, now)} ago)` : String(count);
}

/** A time span as kubectl shows it: the two largest units while the first is small. */
function toAge(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  return days < 8 && hours % 24 > 0 ? `${days}d${hours % 24}h` : `${days}d`;
}
