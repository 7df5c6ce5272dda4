import { isJson, type Json } from '../schema/json.ts';
import { findChild, type Schema } from '../schema/schema.ts';
import { findParts } from './compare-objects.ts';
import { type FieldSet, toItemStep } from './field-set.ts';

/** The live value with what is applied put into it. */
export function mergeObjects(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (live === undefined || applied === undefined) return applied ?? live;
  if (isJson(live) && isJson(applied) && findParts(applied, schema) && schema) {
    const merged: Json = { ...live };
    for (const [name, value] of Object.entries(applied)) {
      merged[name] = mergeObjects(live[name], value, findChild(schema, name));
    }
    return merged;
  }
  if (!Array.isArray(live) || !Array.isArray(applied) || schema?.form !== 'list' || schema.merge === 'atomic') {
    return applied;
  }
  return mergeLists(live, applied, schema);
}

/** Items come in the applied order; each item that only the live list has stays before the one it stood before. */
function mergeLists(live: unknown[], applied: unknown[], { merge, keys, element }: KeyedList): unknown[] {
  const stepOf = (item: unknown) => toItemStep(item, merge === 'set' ? 'set' : 'keyed', keys);
  const before = new Map(live.map((item) => [stepOf(item), item]));
  const wanted = new Set(applied.map(stepOf));
  const merged = applied.map((item) => mergeObjects(before.get(stepOf(item)), item, element));
  for (const [at, item] of [...live.entries()].reverse()) {
    if (wanted.has(stepOf(item))) continue;
    const next = live.slice(at + 1).map(stepOf);
    const place = merged.findIndex((other) => next.includes(stepOf(other)));
    merged.splice(place === -1 ? merged.length : place, 0, item);
  }
  return merged;
}

type KeyedList = Extract<Schema, { form: 'list' }>;

/** The value without the members of a set, and all that lies below them. */
export function removeFields(value: unknown, set: FieldSet, schema: Schema | undefined): unknown {
  const parts = findParts(value, schema);
  if (parts === undefined || set.children.size === 0) return value;
  const kept = parts.flatMap((part) => {
    const below = set.children.get(part.step);
    if (below?.isMember) return [];
    return [[part.step, below ? removeFields(part.value, below, part.schema) : part.value] as const];
  });
  if (Array.isArray(value)) return kept.length === 0 ? undefined : kept.map(([, item]) => item);
  const entries = kept.filter(([, child]) => child !== undefined).map(([step, child]) => [step.slice(2), child]);
  return Object.fromEntries(entries);
}
