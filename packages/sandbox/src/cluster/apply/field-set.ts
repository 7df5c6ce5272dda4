import { isJson, type Json, toStableText } from '../schema/json.ts';

/**
 * A set of paths, as a tree. Each step is written as `fieldsV1` writes it: `f:<field>`, `k:<keys of a list's item>`,
 * `v:<item of a set>`.
 */
export interface FieldSet {
  /** Whether the path that leads here is in the set. */
  readonly isMember: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

/** The set without a path. */
export const EMPTY: FieldSet = { isMember: false, children: new Map() };

/** Just the path that leads here. */
export const LEAF: FieldSet = { isMember: true, children: new Map() };

/** A node of the tree; children that hold nothing are left out. */
export function toNode(isMember: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { isMember, children: new Map([...children].filter(([, child]) => !isEmpty(child))) };
}

/** Whether no path is in the set. */
export function isEmpty(set: FieldSet): boolean {
  return !set.isMember && set.children.size === 0;
}

/** Paths that are in one of both. */
export function union(left: FieldSet, right: FieldSet): FieldSet {
  const children = new Map(left.children);
  for (const [step, child] of right.children) children.set(step, union(children.get(step) ?? EMPTY, child));
  return toNode(left.isMember || right.isMember, children);
}

/** Paths of the left that are not in the right. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  const children = [...left.children].map(
    ([step, child]) => [step, difference(child, right.children.get(step) ?? EMPTY)] as const,
  );
  return toNode(left.isMember && !right.isMember, children);
}

/** Paths that are in both. */
export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  const children = [...left.children].map(
    ([step, child]) => [step, intersection(child, right.children.get(step) ?? EMPTY)] as const,
  );
  return toNode(left.isMember && right.isMember, children);
}

/** The set with each struct's field on the way to a member: whoever has all of its parts has it too. */
export function withNamedParents(set: FieldSet, isField = false): FieldSet {
  const children = [...set.children].map(
    ([step, child]) => [step, withNamedParents(child, step.startsWith('f:'))] as const,
  );
  return toNode(set.isMember || (isField && set.children.size > 0), children);
}

/** Reads `fieldsV1`. */
export function parseFields(fields: unknown): FieldSet {
  if (!isJson(fields)) return EMPTY;
  const steps = Object.entries(fields).filter(([step]) => step !== '.');
  // A node without anything below it is there for itself.
  return toNode(
    '.' in fields || steps.length === 0,
    steps.map(([step, child]) => [step, parseFields(child)] as const),
  );
}

/** Writes `fieldsV1`. */
export function printFields(set: FieldSet): Json {
  const steps = [...set.children].sort(([a], [b]) => (a < b ? -1 : 1));
  const own = set.isMember && steps.length > 0 ? [['.', {}] as const] : [];
  return Object.fromEntries([...own, ...steps.map(([step, child]) => [step, printFields(child)] as const)]);
}

/** All paths in the form in which the API server names them: `.spec.containers[name="api"].image`. */
export function printPaths(set: FieldSet, path = ''): string[] {
  const below = [...set.children]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([step, child]) => printPaths(child, path + printStep(step)));
  return set.isMember ? [path, ...below] : below;
}

/** A step as the API server names it in a message. */
export function printStep(step: string): string {
  const text = step.slice(2);
  if (step.startsWith('f:')) return `.${text}`;
  if (step.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as Json);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The step to an item of a keyed list or a set. */
export function toItemStep(item: unknown, merge: 'keyed' | 'set', keys: readonly string[]): string {
  if (merge === 'set') return `v:${JSON.stringify(item)}`;
  const fields = isJson(item) ? item : {};
  // `protocol` is the one key with a default: a port without it is a port of TCP.
  const pairs = keys.map((key) => [key, fields[key] ?? (key === 'protocol' ? 'TCP' : null)] as const);
  return `k:${toStableText(Object.fromEntries(pairs))}`;
}
