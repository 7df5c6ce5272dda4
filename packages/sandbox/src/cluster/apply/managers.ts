import { isEqual, type Json } from '../schema/json.ts';
import type { Schema } from '../schema/schema.ts';
import { type Comparison, compareObjects, toFieldSet, touched } from './compare-objects.ts';
import {
  difference,
  EMPTY,
  type FieldSet,
  intersection,
  isEmpty,
  parseFields,
  printFields,
  printPaths,
  union,
  withNamedParents,
} from './field-set.ts';
import { mergeObjects, removeFields } from './merge-objects.ts';

/** Who writes an object, and how. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** Of Update; an applier is the same in each version. */
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

/** What one writer has of an object. */
export interface ManagedEntry extends Manager {
  readonly time: string;
  readonly fields: FieldSet;
}

/** A field that somebody else has with another value. */
export interface FieldConflict {
  readonly manager: Manager;
  readonly path: string;
}

/** Fields that nobody has: they name the object, or the server sets them. */
const NOBODYS: FieldSet = parseFields({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    ...Object.fromEntries(
      ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink', 'managedFields']
        .concat('deletionTimestamp', 'deletionGracePeriodSeconds')
        .map((name) => [`f:${name}`, {}]),
    ),
  },
});

/** Puts an applied configuration into an object: what its manager applied before, and nobody else has, goes. */
export function applyConfiguration(
  live: Json,
  entries: readonly ManagedEntry[],
  applied: Json,
  manager: Manager,
  schema: Schema,
): { readonly object: Json; readonly fields: FieldSet } {
  const all = toFieldSet(applied, schema);
  const fields = difference(all, NOBODYS);
  const before = entries.find((entry) => isSame(entry, manager))?.fields ?? EMPTY;
  const others = entries.filter((entry) => !isSame(entry, manager)).map((entry) => entry.fields);
  // With the name and its like: what holds them stays when the rest of it is dropped.
  const owned = others.reduce(union, all);
  const dropped = difference(withNamedParents(before), withNamedParents(owned));
  const merged = mergeObjects(live, applied, schema);
  return { object: removeFields(merged, dropped, schema) as Json, fields };
}

/** Fields that are about to get another value than the one somebody else gave them. */
export function findConflicts(
  entries: readonly ManagedEntry[],
  comparison: Comparison,
  manager: Manager,
): readonly FieldConflict[] {
  return entries
    .filter((entry) => !isSame(entry, manager))
    .flatMap((entry) =>
      printPaths(intersection(entry.fields, touched(comparison))).map((path) => ({ manager: entry, path })),
    );
}

/** Who has which field after a write. @param applied what an applier has now; absent: the writer has what it changed */
export function toEntries(
  before: Json,
  after: Json,
  entries: readonly ManagedEntry[],
  manager: Manager,
  schema: Schema,
  time: string,
  applied?: FieldSet,
): readonly ManagedEntry[] {
  const comparison = compareObjects(before, after, schema);
  const taken = difference(touched(comparison), NOBODYS);
  const others = entries
    .filter((entry) => !isSame(entry, manager))
    .map((entry) => ({ ...entry, fields: difference(difference(entry.fields, taken), comparison.removed) }));
  const own = entries.find((entry) => isSame(entry, manager));
  const fields = applied ?? union(difference(own?.fields ?? EMPTY, comparison.removed), taken);
  const unchanged = own && isEqual(printFields(own.fields), printFields(fields));
  const entry = unchanged ? own : { ...manager, time, fields };
  const all = own
    ? [...others.slice(0, entries.indexOf(own)), entry, ...others.slice(entries.indexOf(own))]
    : [...others, entry];
  return all.filter((each) => !isEmpty(each.fields));
}

function isSame(left: Manager, right: Manager): boolean {
  return (
    left.name === right.name &&
    left.operation === right.operation &&
    (left.subresource ?? '') === (right.subresource ?? '') &&
    (left.operation === 'Apply' || left.apiVersion === right.apiVersion)
  );
}

/** Reads `metadata.managedFields`. */
export function parseEntries(managedFields: unknown): readonly ManagedEntry[] {
  return (Array.isArray(managedFields) ? (managedFields as Json[]) : []).map((entry) => ({
    name: String(entry.manager),
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: String(entry.apiVersion),
    subresource: typeof entry.subresource === 'string' ? entry.subresource : undefined,
    time: String(entry.time),
    fields: parseFields(entry.fieldsV1),
  }));
}

/** Writes `metadata.managedFields`. */
export function printEntries(entries: readonly ManagedEntry[]): readonly Json[] {
  return entries.map(({ name, operation, apiVersion, subresource, time, fields }) => ({
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: printFields(fields),
    manager: name,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
    time,
  }));
}
