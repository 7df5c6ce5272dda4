import type { SandboxReply, SandboxRequest } from '../../router.ts';
import { KINDS, type Kind, toApiVersion, type Verb } from '../kinds.ts';

/** The version of Kubernetes whose behaviour the cluster has. */
const VERSION = { major: '1', minor: '33', gitVersion: 'v1.33.4' };

/** What a cluster says of itself; `undefined`: the path is about something else. */
export function findDiscovery(request: SandboxRequest): SandboxReply | undefined {
  const { path, headers } = request;
  if (path === '/version' || path === '/version/') return ok(VERSION);
  if (path === '/healthz' || path === '/livez' || path === '/readyz') return { status: 200, body: 'ok' };
  const isAggregated = /;as=APIGroupDiscoveryList/.test(headers.accept ?? '');
  if (path === '/api') return isAggregated ? aggregated(['']) : ok({ kind: 'APIVersions', versions: ['v1'] });
  if (path === '/apis') {
    return isAggregated
      ? aggregated(GROUPS)
      : ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(toGroup) });
  }
  const group = /^\/apis\/([^/]+)\/?$/.exec(path)?.[1];
  if (group !== undefined && GROUPS.includes(group)) return ok({ apiVersion: 'v1', ...toGroup(group) });
  const version = /^\/(?:api|apis)\/((?:[^/]+\/)?v\d[^/]*)\/?$/.exec(path)?.[1];
  const kinds = KINDS.filter((kind) => toApiVersion(kind) === version);
  if (version === undefined || kinds.length === 0) return undefined;
  const resources = kinds.flatMap(toResources);
  return ok({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: version, resources });
}

const GROUPS = [...new Set(KINDS.map(({ group }) => group))].filter((group) => group !== '');

function ok(body: unknown): SandboxReply {
  return { status: 200, body };
}

function toGroup(name: string) {
  const version = KINDS.find(({ group }) => group === name)?.version ?? 'v1';
  const described = { groupVersion: `${name}/${version}`, version };
  return { kind: 'APIGroup', name, versions: [described], preferredVersion: described };
}

const SUBRESOURCE_VERBS: Readonly<Record<string, readonly Verb[]>> = {
  status: ['get', 'patch', 'update'],
  log: ['get'],
  proxy: ['create', 'delete', 'get', 'patch', 'update'],
};

function toResources({ kind, plural, singular, isNamespaced, verbs, shortNames, categories, subresources }: Kind) {
  const own = { name: plural, singularName: singular, namespaced: isNamespaced, kind, verbs, shortNames, categories };
  const below = subresources.map((name) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced: isNamespaced,
    kind,
    verbs: SUBRESOURCE_VERBS[name] ?? [],
  }));
  return [own, ...below];
}

/** All groups in one answer, as kubectl asks first. */
function aggregated(groups: readonly string[]): SandboxReply {
  const items = groups.map((name) => {
    const kinds = KINDS.filter(({ group }) => group === name);
    const versions = [{ version: kinds[0]?.version ?? 'v1', resources: kinds.map(toAggregated), freshness: 'Current' }];
    return { metadata: name === '' ? {} : { name }, versions };
  });
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  return { status: 200, headers: { 'content-type': type }, body: Buffer.from(JSON.stringify(list)) };
}

function toAggregated(kind: Kind) {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const subresources = kind.subresources.map((subresource) => ({
    subresource,
    responseKind,
    verbs: SUBRESOURCE_VERBS[subresource] ?? [],
  }));
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    shortNames: kind.shortNames,
    categories: kind.categories,
    subresources,
  };
}
