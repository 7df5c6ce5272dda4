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

/** Applied items come in their order; an item that only the live list has comes as soon as it is its turn there. */
function mergeLists(live: unknown[], applied: unknown[], { merge, keys, element }: KeyedList): unknown[] {
  const stepOf = (item: unknown) => toItemStep(item, merge === 'set' ? 'set' : 'keyed', keys);
  const before = new Map(live.map((item) => [stepOf(item), item]));
  const wanted = new Set(applied.map(stepOf));
  const left = [...live];
  const merged: unknown[] = [];
  // Those that stand before the next applied item, or have been put in already, are passed by.
  const passLive = (next: string | undefined) => {
    while (left.length > 0 && stepOf(left[0]) !== next) {
      const step = stepOf(left[0]);
      if (wanted.has(step) && !seen.has(step)) return;
      const item = left.shift();
      if (!wanted.has(step)) merged.push(item);
    }
  };
  const seen = new Set<string>();
  for (const item of applied) {
    const step = stepOf(item);
    passLive(step);
    merged.push(mergeObjects(before.get(step), item, element));
    seen.add(step);
  }
  passLive(undefined);
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
