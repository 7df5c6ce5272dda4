import { randomUUID } from 'node:crypto';
import { compareObjects } from './apply/compare-objects.ts';
import type { FieldSet } from './apply/field-set.ts';
import {
  applyConfiguration,
  type FieldConflict,
  findConflicts,
  type ManagedEntry,
  type Manager,
  parseEntries,
  printEntries,
  toEntries,
} from './apply/managers.ts';
import { getSchema, type Kind, toApiVersion } from './kinds.ts';
import type { ObjectStore } from './object-store.ts';
import type { KubeObject } from './objects.ts';
import { withDefaults } from './schema/defaults.ts';
import { isEqual, isJson, type Json } from './schema/json.ts';
import { validate } from './schema/validate.ts';
import { alreadyExists, invalid, notFound, outdated, StatusError } from './status-error.ts';

/** Who writes, and how. */
export interface WriteOptions {
  readonly manager: Manager;
  /** Nothing is stored. */
  readonly dryRun?: boolean;
  /** Of apply: takes fields that others have. */
  readonly force?: boolean;
}

/** The objects, and what writing them needs. */
export interface WriteContext {
  readonly objects: ObjectStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Gives what only the server can give, such as a service's address. */
  readonly allocate: (kind: Kind, object: Json) => Json;
}

/** Time as Kubernetes writes it, without parts of a second. */
export function toTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Makes an object. @throws StatusError if it is there, or not in order */
export function createObject(context: WriteContext, kind: Kind, object: Json, options: WriteOptions): KubeObject {
  const name = nameOf(object);
  if (context.objects.find(kind, namespaceOf(object), name)) throw alreadyExists(kind, name);
  return finish(context, kind, undefined, object, options, undefined);
}

/**
 * Gives an object another content.
 * @throws StatusError if it is not there, has changed since it was read, or is not in order
 */
export function updateObject(context: WriteContext, kind: Kind, object: Json, options: WriteOptions): KubeObject {
  const name = nameOf(object);
  const live = context.objects.find(kind, namespaceOf(object), name);
  if (!live) throw notFound(kind, name);
  const { resourceVersion, uid } = isJson(object.metadata) ? object.metadata : {};
  const isOld =
    resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion;
  if (isOld || (uid !== undefined && uid !== live.metadata.uid)) throw outdated(kind, name);
  return finish(context, kind, live, object, options, undefined);
}

/** Server-side apply. @throws StatusError 409 if somebody else has a field with another value, and `force` is not set */
export function applyObject(context: WriteContext, kind: Kind, applied: Json, options: WriteOptions): KubeObject {
  const live = context.objects.find(kind, namespaceOf(applied), nameOf(applied));
  const before = (live ?? {}) as Json;
  const entries = parseEntries(live?.metadata.managedFields);
  const schema = getSchema(kind);
  const { object, fields } = applyConfiguration(before, entries, applied, options.manager, schema);
  const conflicts = findConflicts(entries, compareObjects(before, object, schema), options.manager);
  if (conflicts.length > 0 && !options.force) throw toConflictError(conflicts);
  return finish(context, kind, live, object, options, fields);
}

function finish(
  context: WriteContext,
  kind: Kind,
  live: KubeObject | undefined,
  wanted: Json,
  options: WriteOptions,
  applied: FieldSet | undefined,
): KubeObject {
  const before = live as Json | undefined;
  const filled = context.allocate(kind, withDefaults(kind.kind, keepServersOwn(kind, wanted, before, options), before));
  const causes = validate(kind.kind, filled, before, getSchema(kind));
  if (causes.length > 0) throw invalid(kind, nameOf(wanted), causes);
  const time = toTimestamp(context.now());
  // Owner of a default is nobody: fields are those of the object before defaults were put in.
  const seen = applied ? keepServersOwn(kind, wanted, before, options) : filled;
  const known = parseEntries(live?.metadata.managedFields);
  const entries = toEntries(before ?? {}, seen, known, options.manager, getSchema(kind), time, applied);
  return store(context, kind, live, filled, entries, options);
}

function store(
  { objects, now }: WriteContext,
  kind: Kind,
  live: KubeObject | undefined,
  filled: Json,
  entries: readonly ManagedEntry[],
  { dryRun = false }: WriteOptions,
): KubeObject {
  const managedFields = printEntries(entries);
  const metadata = filled.metadata as Json;
  const isChanged = live !== undefined && !isEqual(contentOf(live as unknown as Json), contentOf(filled));
  if (live && !isChanged && isEqual(live.metadata.managedFields, managedFields)) return live;
  const generation = live ? (live.metadata.generation ?? 1) + (isSpecEqual(live, filled) ? 0 : 1) : 1;
  const identity = live
    ? {
        uid: live.metadata.uid,
        creationTimestamp: live.metadata.creationTimestamp,
        resourceVersion: live.metadata.resourceVersion,
      }
    : { uid: randomUUID(), creationTimestamp: toTimestamp(now()) };
  const counted = 'spec' in filled && kind.kind !== 'Service' && kind.kind !== 'Pod' ? { generation } : {};
  const object = {
    ...filled,
    metadata: { ...metadata, ...identity, ...counted, managedFields },
  } as unknown as KubeObject;
  return dryRun ? object : objects.put(kind, object);
}

function isSpecEqual(live: KubeObject, filled: Json): boolean {
  return isEqual(live.spec, filled.spec);
}

/** What counts as a change: all but what the server itself notes. */
function contentOf(object: Json): Json {
  const { metadata, ...rest } = object;
  const {
    managedFields: _,
    resourceVersion: __,
    generation: ___,
    uid: ____,
    creationTimestamp: _____,
    ...own
  } = metadata as Json;
  return { ...rest, metadata: own };
}

/** A write of the object leaves its status, and one of the status leaves all else; who deletes it is not for a writer to say. */
function keepServersOwn(kind: Kind, wanted: Json, live: Json | undefined, { manager }: WriteOptions): Json {
  const metadata = isJson(wanted.metadata) ? wanted.metadata : {};
  const before = isJson(live?.metadata) ? live.metadata : {};
  const head = { apiVersion: toApiVersion(kind), kind: kind.kind };
  if (manager.subresource === 'status') return { ...live, ...head, status: wanted.status };
  const deletion = Object.fromEntries(
    ['deletionTimestamp', 'deletionGracePeriodSeconds']
      .filter((name) => name in before)
      .map((name) => [name, before[name]]),
  );
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, managedFields: ___, selfLink: ____, ...own } = metadata;
  const result: Json = { ...wanted, ...head, metadata: { ...own, ...deletion } };
  if (!kind.subresources.includes('status')) return result;
  const { status: _____, ...rest } = result;
  return live?.status === undefined ? rest : { ...rest, status: live.status };
}

function toConflictError(conflicts: readonly FieldConflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describe(manager)}`,
    field: path,
  }));
  return new StatusError(409, 'Conflict', toConflictText(conflicts), { causes });
}

function toConflictText(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first) {
    return `Apply failed with 1 conflict: conflict with ${describe(first.manager)}: ${first.path}`;
  }
  const names = [...new Set(conflicts.map(({ manager }) => describe(manager)))].sort();
  const lines = names.flatMap((name) => [
    `conflicts with ${name}:`,
    ...conflicts.filter(({ manager }) => describe(manager) === name).map(({ path }) => `- ${path}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function describe({ name, operation, apiVersion, subresource }: Manager): string {
  const part = subresource === undefined ? '' : ` with subresource "${subresource}"`;
  return `"${name}"${part}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

function nameOf(object: Json): string {
  return isJson(object.metadata) ? String(object.metadata.name ?? '') : '';
}

function namespaceOf(object: Json): string | undefined {
  const namespace = isJson(object.metadata) ? object.metadata.namespace : undefined;
  return typeof namespace === 'string' ? namespace : undefined;
}
