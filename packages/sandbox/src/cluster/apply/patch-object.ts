import { isEqual, isJson, type Json } from '../schema/json.ts';
import { findChild, type Schema } from '../schema/schema.ts';

/** A JSON Merge Patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const merged: Json = isJson(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** One step of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** A JSON Patch (RFC 6902). @throws Error in the words of the library that the API server uses */
export function jsonPatch(target: unknown, operations: readonly PatchOperation[]): unknown {
  let root = structuredClone(target);
  for (const { op, path, from, value } of operations) {
    if (op === 'test') {
      if (!isEqual(read(root, path), value)) throw new Error(`testing value ${path} failed: test failed`);
    } else if (op === 'add') root = write(root, path, value, 'add');
    else if (op === 'replace') root = write(root, path, value, 'replace');
    else if (op === 'remove') root = write(root, path, undefined, 'remove');
    else if (op === 'copy') root = write(root, path, structuredClone(read(root, from ?? '')), 'add');
    else if (op === 'move') {
      const moved = read(root, from ?? '');
      root = write(write(root, from ?? '', undefined, 'remove'), path, moved, 'add');
    } else throw new Error(`Unexpected kind: ${op}`);
  }
  return root;
}

function toSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: unknown, pointer: string): unknown {
  return toSteps(pointer).reduce<unknown>((value, step) => (value as Json | undefined)?.[step], root);
}

function write(root: unknown, pointer: string, value: unknown, how: 'add' | 'replace' | 'remove'): unknown {
  const steps = toSteps(pointer);
  const last = steps.pop();
  if (last === undefined) return value;
  const parent = steps.reduce<unknown>((part, step) => (part as Json | undefined)?.[step], root);
  if (typeof parent !== 'object' || parent === null) {
    throw new Error(`${how} operation does not apply: doc is missing path: ${pointer}: missing value`);
  }
  if (Array.isArray(parent)) {
    const at = last === '-' ? parent.length : Number(last);
    if (how === 'add') parent.splice(at, 0, value);
    else if (how === 'replace') parent.splice(at, 1, value);
    else parent.splice(at, 1);
    return root;
  }
  const fields = parent as Json;
  if (how !== 'add' && !(last in fields)) {
    const reason = how === 'remove' ? 'Unable to remove nonexistent key' : 'doc is missing key';
    throw new Error(`${how} operation does not apply: ${reason}: ${pointer}: missing value`);
  }
  if (how === 'remove') delete fields[last];
  else fields[last] = value;
  return root;
}

/** A strategic merge patch: as a merge patch, but lists whose items have a key are merged by it. */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (!isJson(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return undefined;
  const merged: Json = isJson(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue;
    const child = schema && findChild(schema, name);
    if (value === null) delete merged[name];
    else if (Array.isArray(value)) merged[name] = patchList(merged[name], value, child, orderOf(patch, name));
    else merged[name] = strategicMergePatch(merged[name], value, child);
  }
  for (const [name, value] of Object.entries(patch)) {
    const list = /^\$deleteFromPrimitiveList\/(.+)$/.exec(name)?.[1];
    const items = list === undefined ? undefined : merged[list];
    if (list && Array.isArray(items)) merged[list] = items.filter((item) => !(value as unknown[]).includes(item));
  }
  const retained = patch.$retainKeys;
  if (!Array.isArray(retained)) return merged;
  return Object.fromEntries(Object.entries(merged).filter(([name]) => retained.includes(name)));
}

function orderOf(patch: Json, name: string): unknown[] | undefined {
  const order = patch[`$setElementOrder/${name}`];
  return Array.isArray(order) ? order : undefined;
}

function patchList(
  target: unknown,
  patch: unknown[],
  schema: Schema | undefined,
  order: unknown[] | undefined,
): unknown[] {
  const key = schema?.form === 'list' ? schema.patchKey : undefined;
  if (schema?.form !== 'list' || key === undefined) return patch;
  const items = Array.isArray(target) ? [...target] : [];
  if (patch.some((item) => isJson(item) && item.$patch === 'replace')) {
    return patch.filter((item) => !isJson(item) || item.$patch === undefined);
  }
  const keyOf = (item: unknown) => (key === '' ? item : isJson(item) ? item[key] : undefined);
  for (const item of patch) {
    const at = items.findIndex((other) => isEqual(keyOf(other), keyOf(item)));
    if (isJson(item) && item.$patch === 'delete') {
      if (at !== -1) items.splice(at, 1);
    } else if (at === -1) items.push(withoutDirectives(item));
    else items[at] = strategicMergePatch(items[at], item, schema.element);
  }
  if (!order) return items;
  const place = (item: unknown) => order.findIndex((other) => isEqual(keyOf(other), keyOf(item)));
  const placed = items.filter((item) => place(item) !== -1).sort((a, b) => place(a) - place(b));
  return [...placed, ...items.filter((item) => place(item) === -1)];
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith('$'));
  return Object.fromEntries(entries.map(([name, child]) => [name, withoutDirectives(child)]));
}
