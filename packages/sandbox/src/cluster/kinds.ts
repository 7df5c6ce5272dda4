import { getStruct, type Struct } from './schema/schema.ts';

/** A kind of object that the cluster knows. */
export interface Kind {
  readonly kind: string;
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly isNamespaced: boolean;
  readonly verbs: readonly Verb[];
  /** `status`, and `log` of pods, `proxy` of services. */
  readonly subresources: readonly string[];
  readonly categories: readonly string[];
}

/** What can be done with an object. */
export type Verb = 'create' | 'delete' | 'get' | 'list' | 'patch' | 'update' | 'watch';

const ALL: readonly Verb[] = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

function toKind(group: string, version: string, kind: string, names: string, more: Partial<Kind> = {}): Kind {
  const [plural = '', ...shortNames] = names.split(' ');
  const rest = { isNamespaced: true, verbs: ALL, subresources: [], categories: [] };
  return { group, version, kind, plural, singular: kind.toLowerCase(), shortNames, ...rest, ...more };
}

/** All kinds; what is not in the list is answered as by a cluster that does not have it. */
export const KINDS: readonly Kind[] = [
  toKind('', 'v1', 'ConfigMap', 'configmaps cm'),
  toKind('', 'v1', 'Event', 'events ev'),
  toKind('', 'v1', 'Namespace', 'namespaces ns', {
    isNamespaced: false,
    verbs: ['create', 'get', 'list', 'watch'],
  }),
  toKind('', 'v1', 'Pod', 'pods po', { subresources: ['log', 'status'], categories: ['all'] }),
  toKind('', 'v1', 'Service', 'services svc', { subresources: ['proxy', 'status'], categories: ['all'] }),
  toKind('apps', 'v1', 'Deployment', 'deployments deploy', { subresources: ['status'], categories: ['all'] }),
  toKind('apps', 'v1', 'ReplicaSet', 'replicasets rs', { subresources: ['status'], categories: ['all'] }),
  toKind('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers hpa', {
    subresources: ['status'],
    categories: ['all'],
  }),
  toKind('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  toKind('gateway.networking.k8s.io', 'v1', 'HTTPRoute', 'httproutes', { categories: ['gateway-api'] }),
  toKind('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies netpol'),
  toKind('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets pdb', { subresources: ['status'] }),
];

/** A kind by its name. @throws Error if there is none */
export function getKind(name: string): Kind {
  const found = KINDS.find(({ kind }) => kind === name);
  if (!found) throw new Error(`the cluster has no kind ${name}`);
  return found;
}

/** `apps/v1`, or `v1` for the core group. */
export function toApiVersion({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The group and the plural as messages name a resource: `deployments.apps`. */
export function toResourceName({ group, plural }: Kind): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** The form of a kind's objects. */
export function getSchema({ kind }: Kind): Struct {
  return getStruct(kind);
}
