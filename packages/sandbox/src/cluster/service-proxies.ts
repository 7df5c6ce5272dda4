import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { SandboxReply, SandboxRequest } from '../router.ts';
import type { Target } from './api/target.ts';
import { recordEvent } from './events.ts';
import { forwardRequest } from './forward-request.ts';
import { getKind } from './kinds.ts';
import type { NodeAgent } from './node/node-agent.ts';
import type { EndpointSlice, KubeObject, ServiceObject, ServicePort } from './objects.ts';
import { notFound, StatusError } from './status-error.ts';
import type { WriteContext } from './write-object.ts';

/** Where a service's port is reached from this machine. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly url: string;
}

/** What the proxies need from the cluster around them. */
export interface ProxyContext extends WriteContext {
  readonly node: () => NodeAgent;
  /** Local port of each service's port, by `namespace/name/port`. */
  readonly localPorts: Record<string, number>;
}

/** Gives each service a port of this machine, behind which its ready pods answer in turn, one request each. */
export interface ServiceProxies {
  addresses(): readonly ServiceAddress[];
  /** A request through the API server's own proxy. */
  forward(target: Target, request: SandboxRequest): SandboxReply;
  start(): void;
  stop(): Promise<void>;
}

const SERVICE = getKind('Service');
const SLICE = getKind('EndpointSlice');

/** Connections that may wait while the sandbox is busy with something else. */
const BACKLOG = 4096;

/** Kubernetes' own range for ports of nodes. */
const PORTS = { first: 30_000, count: 2768 } as const;

/** The local port of a service's port: always the same for the same name, unless another has it. */
export function takeLocalPort(localPorts: Record<string, number>, key: string, skip = 0): number {
  const known = localPorts[key];
  if (known !== undefined && skip === 0) return known;
  const taken = new Set(Object.values(localPorts));
  const start =
    known === undefined ? createHash('sha256').update(key).digest().readUInt32BE(0) : known - PORTS.first + skip;
  for (let at = 0; at < PORTS.count; at += 1) {
    const port = PORTS.first + ((start + at) % PORTS.count);
    if (taken.has(port)) continue;
    localPorts[key] = port;
    return port;
  }
  throw new StatusError(500, 'InternalError', 'Internal error occurred: failed to allocate a nodePort: range is full');
}

/** Makes the proxies; no port is opened until they are started. */
export function makeServiceProxies(context: ProxyContext): ServiceProxies {
  const servers = new Map<string, Server>();
  // Found again after each change of a service or its pods, not for each request.
  const backends = new Map<string, Backends>();
  let unsubscribe = () => {};
  const services = () => context.objects.list(SERVICE) as readonly ServiceObject[];
  const pick = (service: ServiceObject, port: ServicePort) => {
    const key = `${service.metadata.uid}/${port.port}`;
    const found = backends.get(key) ?? findBackends(context, service, port);
    backends.set(key, found);
    found.turn += 1;
    const pod = found.pods[found.turn % Math.max(1, found.pods.length)];
    return pod && context.node().findPort(pod.uid, pod.port);
  };
  const sync = () => {
    const wanted = new Map<string, Entry>(services().flatMap((service) => toEntries(service)));
    for (const [key, server] of servers) if (!wanted.has(key)) close(server, () => servers.delete(key));
    for (const [key, found] of wanted) if (!servers.has(key)) servers.set(key, open(key, found.service, found.port, 0));
  };
  const open = (key: string, { metadata }: ServiceObject, { port }: ServicePort, skip: number): Server => {
    const server = createServer((incoming, response) => {
      const live = context.objects.find(SERVICE, metadata.namespace, metadata.name) as ServiceObject | undefined;
      const servicePort = live?.spec.ports?.find((candidate) => candidate.port === port);
      const pod = live && servicePort && pick(live, servicePort);
      // Where nobody serves, a connection is refused; here it is accepted already.
      if (pod === undefined) return void incoming.socket.destroy();
      forwardRequest(incoming, response, {
        port: pod,
        path: incoming.url ?? '/',
        onFailure: () => incoming.socket.destroy(),
      });
    });
    server.keepAliveTimeout = 75_000;
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      servers.set(key, open(key, { metadata } as ServiceObject, { port }, skip + 1));
      const live = context.objects.find(SERVICE, metadata.namespace, metadata.name);
      if (live) moveNodePort(context, live as ServiceObject, port, context.localPorts[key] ?? 0);
    });
    return server.listen({ port: takeLocalPort(context.localPorts, key, skip), host: '127.0.0.1', backlog: BACKLOG });
  };
  return {
    addresses: () =>
      services()
        .flatMap((service) => toEntries(service))
        .map(([key, { service, port }]) => ({
          namespace: service.metadata.namespace ?? '',
          name: service.metadata.name,
          port: port.port,
          url: `http://127.0.0.1:${takeLocalPort(context.localPorts, key)}`,
        })),
    forward: (target, request) => forwardThroughApi(context, pick, target, request),
    start() {
      unsubscribe = context.objects.subscribe(({ kind }) => {
        if (kind !== 'Service' && kind !== 'EndpointSlice') return;
        backends.clear();
        if (kind === 'Service') sync();
      });
      sync();
    },
    async stop() {
      unsubscribe();
      await Promise.all([...servers.values()].map((server) => new Promise<void>((resolve) => close(server, resolve))));
    },
  };
}

/** A port to be opened. */
interface Entry {
  readonly service: ServiceObject;
  readonly port: ServicePort;
}

function toEntries(service: ServiceObject): (readonly [string, Entry])[] {
  const { namespace = '', name } = service.metadata;
  if (service.spec.clusterIP === 'None' || service.spec.type === 'ExternalName') return [];
  return (service.spec.ports ?? []).map((port) => [`${namespace}/${name}/${port.port}`, { service, port }]);
}

function close(server: Server, done: () => void): void {
  server.close(done);
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 2000).unref();
}

/** Another program has the port that was promised. */
function moveNodePort(context: ProxyContext, service: ServiceObject, port: number, nodePort: number): void {
  recordEvent(
    context,
    service,
    'Warning',
    'PortTaken',
    `its local port was taken; it is ${nodePort} now`,
    'kube-proxy',
  );
  if (!service.spec.ports?.some((each) => each.nodePort !== undefined)) return;
  const ports = service.spec.ports.map((each) => (each.port === port ? { ...each, nodePort } : each));
  context.objects.put(SERVICE, { ...service, spec: { ...service.spec, ports } } as KubeObject);
}

/** Pods that take requests for a port, in turn. */
interface Backends {
  readonly pods: readonly { readonly uid: string; readonly port: number }[];
  turn: number;
}

/** The ready pods behind a port; those that are going and still serve only if there is no other. */
function findBackends({ objects }: ProxyContext, { metadata }: ServiceObject, port: ServicePort): Backends {
  const slices = objects.list(SLICE, metadata.namespace) as readonly EndpointSlice[];
  const slice = slices.find(({ metadata: of }) => of.ownerReferences?.some(({ uid }) => uid === metadata.uid));
  const target = slice?.ports.find(({ name }) => name === port.name)?.port;
  if (!slice || target === undefined) return { pods: [], turn: 0 };
  const ready = slice.endpoints.filter(({ conditions }) => conditions.ready);
  const serving = slice.endpoints.filter(({ conditions }) => conditions.serving && conditions.terminating);
  const chosen = ready.length > 0 ? ready : serving;
  return {
    pods: chosen.flatMap(({ targetRef }) => (targetRef ? [{ uid: targetRef.uid, port: target }] : [])),
    turn: 0,
  };
}

function forwardThroughApi(
  context: ProxyContext,
  pick: (service: ServiceObject, port: ServicePort) => number | undefined,
  { namespace, name = '', rest }: Target,
  { raw, body, query }: SandboxRequest,
): SandboxReply {
  const [, service = name, wanted = ''] = /^(?:https?:)?([^:]+)(?::(.*))?$/.exec(name) ?? [];
  const live = context.objects.find(SERVICE, namespace, service) as ServiceObject | undefined;
  if (!live) throw notFound(SERVICE, service);
  const ports = live.spec.ports ?? [];
  const port = wanted === '' ? ports[0] : ports.find((each) => each.name === wanted || String(each.port) === wanted);
  const pod = port && pick(live, port);
  if (pod === undefined) {
    throw new StatusError(503, 'ServiceUnavailable', `no endpoints available for service "${service}"`);
  }
  const text = query.toString();
  forwardRequest(raw.request, raw.response, {
    port: pod,
    path: `${rest || '/'}${text === '' ? '' : `?${text}`}`,
    body,
    onFailure(error) {
      const refusal = new StatusError(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`);
      raw.response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(refusal.toBody()));
    },
  });
  return 'handled';
}
