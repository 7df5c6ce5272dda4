import type { SandboxReply, SandboxRequest } from '../../router.ts';
import { type Kind, toApiVersion } from '../kinds.ts';
import type { ObjectStore } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { matchesLabels, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { notFound } from '../status-error.ts';
import { toTable } from './table.ts';
import type { Target } from './target.ts';

/** Whether the caller wants rows to print rather than objects. */
export function wantsTable({ headers }: SandboxRequest): boolean {
  return /application\/json;as=Table;[^,]*g=meta\.k8s\.io/.test(headers.accept ?? '');
}

/** `GET` of one object. */
export function getObject(objects: ObjectStore, target: Target, request: SandboxRequest, now: number): SandboxReply {
  const { kind, namespace, name = '' } = target;
  const object = objects.find(kind, namespace, name);
  if (!object) throw notFound(kind, name);
  if (!wantsTable(request)) return { status: 200, body: object };
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  return { status: 200, body: toTable(kind, [object], metadata, includeOf(request), now) };
}

/** `GET` of a list, a page of it if `limit` is given. */
export function listObjects(objects: ObjectStore, target: Target, request: SandboxRequest, now: number): SandboxReply {
  const { kind, namespace } = target;
  const fits = toFilter(request, target);
  const found = objects.list(kind, namespace).filter(fits);
  const start = Number(request.query.get('continue') ?? 0);
  const limit = Number(request.query.get('limit') ?? 0) || found.length;
  const items = found.slice(start, start + limit);
  const rest = found.length - start - items.length;
  const more = rest > 0 ? { continue: String(start + items.length), remainingItemCount: rest } : {};
  const metadata = { resourceVersion: String(objects.version()), ...more };
  if (wantsTable(request)) return { status: 200, body: toTable(kind, items, metadata, includeOf(request), now) };
  return { status: 200, body: { kind: `${kind.kind}List`, apiVersion: toApiVersion(kind), metadata, items } };
}

/** Which objects a request is about. */
export function toFilter({ query }: SandboxRequest, { namespace, name }: Target): (object: KubeObject) => boolean {
  const labels = parseLabelSelector(query.get('labelSelector'));
  const fields = parseFieldSelector(query.get('fieldSelector'));
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    matchesLabels(labels, object.metadata.labels) &&
    fields(object);
}

/** What of each object goes with its row. */
export function includeOf({ query }: SandboxRequest): string {
  return query.get('includeObject') ?? 'Metadata';
}

/** The name of a kind's table in a stream of changes. */
export function toRow(kind: Kind, object: KubeObject, request: SandboxRequest, now: number): unknown {
  if (!wantsTable(request)) return object;
  return toTable(kind, [object], { resourceVersion: object.metadata.resourceVersion }, includeOf(request), now);
}
