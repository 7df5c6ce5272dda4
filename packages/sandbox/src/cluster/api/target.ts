import { KINDS, type Kind, type Verb } from '../kinds.ts';

/** What a request is about. */
export interface Target {
  readonly kind: Kind;
  /** Absent: all namespaces, or a kind that has none. */
  readonly namespace: string | undefined;
  /** Absent: the whole list. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** Of `proxy`: the path behind it. */
  readonly rest: string;
}

const PATH =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<sub>[^/]+)(?<rest>\/.*)?)?)?\/?$/;
const NAMESPACE = /^\/api\/v1\/namespaces(?:\/(?<name>[^/]+))?\/?$/;

/** Reads a path; `undefined`: the cluster has no such resource. */
export function findTarget(path: string): Target | undefined {
  const own = NAMESPACE.exec(path);
  const found = own ? { core: 'v1', plural: 'namespaces', name: own.groups?.name } : PATH.exec(path)?.groups;
  if (!found) return undefined;
  const {
    core,
    group = '',
    version,
    namespace,
    plural,
    name,
    sub,
    rest = '',
  } = found as Record<string, string | undefined>;
  const kind = KINDS.find(
    (candidate) => candidate.plural === plural && candidate.group === group && candidate.version === (core ?? version),
  );
  if (!kind || (namespace !== undefined && !kind.isNamespaced)) return undefined;
  if (sub !== undefined && !kind.subresources.includes(sub)) return undefined;
  const decode = (text: string | undefined) => (text === undefined ? undefined : decodeURIComponent(text));
  return { kind, namespace: decode(namespace), name: decode(name), subresource: sub, rest };
}

/** What a request does; `undefined`: nothing that can be done with its target. */
export function findVerb(method: string, { kind, name, subresource }: Target, isWatch: boolean): Verb | undefined {
  const verb = toVerb(method, name !== undefined, isWatch);
  if (verb === undefined) return undefined;
  if (subresource === 'proxy') return verb;
  if (subresource === 'log') return verb === 'get' ? verb : undefined;
  if (subresource === 'status') return ['get', 'patch', 'update'].includes(verb) ? verb : undefined;
  return kind.verbs.includes(verb) ? verb : undefined;
}

function toVerb(method: string, isOne: boolean, isWatch: boolean): Verb | undefined {
  if (method === 'GET') return isWatch ? 'watch' : isOne ? 'get' : 'list';
  if (method === 'POST') return 'create';
  if (!isOne) return undefined;
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  return method === 'DELETE' ? 'delete' : undefined;
}
