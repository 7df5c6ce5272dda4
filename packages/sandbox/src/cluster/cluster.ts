import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Service } from '../router.ts';
import { openStore } from '../store.ts';
import { apiService, type ClusterUser } from './api/service.ts';
import { makeControllers } from './controllers/controllers.ts';
import { getKind, type Kind } from './kinds.ts';
import { makeNodeAgent } from './node/node-agent.ts';
import type { PodRuntime } from './node/pod-runtime.ts';
import { type ClusterState, emptyClusterState, openObjectStore } from './object-store.ts';
import { isJson, type Json } from './schema/json.ts';
import { makeServiceProxies, type ServiceAddress, takeLocalPort } from './service-proxies.ts';
import { createObject, type WriteContext } from './write-object.ts';

/** What the cluster needs from the sandbox around it. */
export interface ClusterContext {
  /** Holds objects, logs and what images unpack to. */
  readonly folder: string;
  readonly signIn: (authorization: string | undefined) => ClusterUser | undefined;
  /** What runs the pods' containers. */
  readonly runtime: PodRuntime;
  /** Milliseconds since 1970; default the machine's clock. */
  readonly now?: () => number;
}

/** A cluster of one node. */
export interface Cluster {
  /** Its API server. */
  readonly service: Service;
  /** Where its services are reached from this machine. */
  addresses(): readonly ServiceAddress[];
  /** Makes a namespace if there is none of the name. */
  ensureNamespace(name: string): void;
  /** Runs what is to run. */
  start(): Promise<void>;
  /** Ends all pods' processes; what they are to be stays. */
  stop(): Promise<void>;
}

/** The namespaces of a new cluster. */
const NAMESPACES = ['default', 'kube-system', 'kube-public'];

/** Opens the cluster of a folder. */
export function openCluster(context: ClusterContext): Cluster {
  const { folder, runtime, signIn, now = Date.now } = context;
  const store = openStore<ClusterState>(folder, 'objects', emptyClusterState);
  const objects = openObjectStore(store);
  const write: WriteContext = { objects, now, allocate: (kind, object) => allocate(store.data, kind, object) };
  const node = makeNodeAgent({ ...write, runtime, folder: join(folder, 'node') });
  const proxies = makeServiceProxies({ ...write, node: () => node, localPorts: store.data.servicePorts });
  const controllers = makeControllers(write);
  const saving = saveSoon(store.save);
  const ensureNamespace = (name: string) => {
    const kind = getKind('Namespace');
    if (objects.find(kind, undefined, name)) return;
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } };
    const namespace = { metadata, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    createObject(write, kind, namespace, {
      manager: { name: 'kube-apiserver', operation: 'Update', apiVersion: 'v1' },
    });
  };
  return {
    service: apiService({ ...write, signIn, node, proxies }),
    addresses: proxies.addresses,
    ensureNamespace,
    async start() {
      for (const name of NAMESPACES) ensureNamespace(name);
      objects.subscribe(saving.change);
      await node.start();
      proxies.start();
      controllers.start();
    },
    async stop() {
      controllers.stop();
      await proxies.stop();
      await node.stop();
      saving.end();
    },
  };
}

/** A rollout changes hundreds of times a second; a crash may cost the last of them. */
function saveSoon(save: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  return {
    change() {
      if (hasEnded) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        save();
      }, 200);
    },
    end() {
      hasEnded = true;
      clearTimeout(timer);
      save();
    },
  };
}

/** What the API server gives: an address for a service, a port of the node if it is for callers from outside. */
function allocate({ servicePorts, objects }: ClusterState, kind: Kind, object: Json): Json {
  if (kind.kind !== 'Service' || !isJson(object.spec) || object.spec.type === 'ExternalName') return object;
  const metadata = isJson(object.metadata) ? object.metadata : {};
  const key = `${String(metadata.namespace)}/${String(metadata.name)}`;
  const spec: Json = { ...object.spec };
  if (spec.clusterIP === undefined) {
    const taken = new Set(Object.values(objects.Service ?? {}).map((service) => (service.spec as Json).clusterIP));
    spec.clusterIP = toClusterIP(key, taken);
    spec.clusterIPs = [spec.clusterIP];
  }
  if (spec.type !== 'LoadBalancer' && spec.type !== 'NodePort') return { ...object, spec };
  const ports = (Array.isArray(spec.ports) ? (spec.ports as Json[]) : []).map((port) => ({
    ...port,
    nodePort: takeLocalPort(servicePorts, `${key}/${String(port.port)}`),
  }));
  const status = spec.type === 'LoadBalancer' ? { status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } } : {};
  return { ...object, spec: { ...spec, ports }, ...status };
}

function toClusterIP(key: string, taken: ReadonlySet<unknown>): string {
  const start = createHash('sha256').update(key).digest().readUInt16BE(0);
  for (let at = 0; at < 65_000; at += 1) {
    const number = ((start + at) % 65_000) + 10;
    const address = `10.0.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
  throw new Error('the cluster has no address left for a service');
}
