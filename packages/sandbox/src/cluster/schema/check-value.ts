import { isJson } from './json.ts';
import type { ScalarType, Schema } from './schema.ts';

/** What is wrong with the form of a value. */
export interface FormProblems {
  /** Paths of fields that its type does not have. */
  readonly unknown: readonly string[];
  /** Values of a wrong type. */
  readonly wrong: readonly WrongValue[];
  /** Lists that are merged by a key, in which two items have the same. */
  readonly duplicates: readonly { readonly path: string; readonly item: string }[];
}

/** A value of a wrong type. */
export interface WrongValue {
  /** With a dot before each field. */
  readonly path: string;
  readonly expected: ScalarType | 'object' | 'list';
  /** As Go names the type of a JSON value. */
  readonly got: string;
  /** The Go type whose field it is. */
  readonly owner: string;
}

/** How a list's item is named in a path: `[0]`, or as server-side apply does, `[name="api"]`. */
export type NameItem = (item: unknown, at: number, list: Extract<Schema, { form: 'list' }>) => string;

/** Compares a value with its type. */
export function checkValue(value: unknown, schema: Schema, nameItem: NameItem = (_, at) => `[${at}]`): FormProblems {
  const unknown: string[] = [];
  const wrong: WrongValue[] = [];
  const duplicates: { path: string; item: string }[] = [];
  walk(value, schema, '', '');
  return { unknown, wrong, duplicates };

  function walk(part: unknown, as: Schema, path: string, owner: string): void {
    if (part === null || part === undefined || as.form === 'any') return;
    const complain = (expected: WrongValue['expected']) => wrong.push({ path, expected, got: nameType(part), owner });
    if (as.form === 'scalar') {
      if (!fits(part, as.type)) complain(as.type);
    } else if (as.form === 'list') {
      if (!Array.isArray(part)) complain('list');
      else walkList(part, as, path, owner);
    } else if (!isJson(part)) complain('object');
    else
      for (const [name, child] of Object.entries(part)) {
        const schemaOfChild = as.form === 'map' ? as.element : as.fields().get(name)?.schema;
        if (schemaOfChild) walk(child, schemaOfChild, `${path}.${name}`, as.form === 'struct' ? as.name : owner);
        else unknown.push(`${path}.${name}`);
      }
  }

  function walkList(items: unknown[], as: Extract<Schema, { form: 'list' }>, path: string, owner: string): void {
    const seen = new Set<string>();
    for (const [at, item] of items.entries()) {
      const name = nameItem(item, at, as);
      if (seen.has(name)) duplicates.push({ path, item: name });
      seen.add(name);
      walk(item, as.element, path + name, owner);
    }
  }
}

/** The value without fields that its type does not have, without nulls and empty maps and lists: what is kept of it. */
export function dropUnknown(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const element = schema.form === 'list' ? schema.element : schema;
    return value.filter((item) => item !== null).map((item) => dropUnknown(item, element));
  }
  if (!isJson(value) || schema.form === 'any') return value;
  const entries = Object.entries(value).flatMap(([name, child]) => {
    const field = schema.form === 'struct' ? schema.fields().get(name) : undefined;
    const as = schema.form === 'struct' ? field?.schema : schema.form === 'map' ? schema.element : schema;
    if (child === null || child === undefined || as === undefined) return [];
    return isHollow(child, as) && !field?.isRequired ? [] : [[name, dropUnknown(child, as)] as const];
  });
  return Object.fromEntries(entries);
}

/** Go writes no empty map and no empty list. */
function isHollow(value: unknown, { form }: Schema): boolean {
  if (form === 'list') return Array.isArray(value) && value.length === 0;
  return form === 'map' && isJson(value) && Object.keys(value).length === 0;
}

function fits(value: unknown, type: ScalarType): boolean {
  switch (type) {
    case 'string':
    case 'bytes':
    case 'time':
    case 'microTime':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'quantity':
      return typeof value === 'number' || (typeof value === 'string' && isQuantity(value));
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value);
  }
}

function isQuantity(text: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|[KMGTPE]i|[numkMGTPE])?$/.test(text);
}

function nameType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isJson(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
