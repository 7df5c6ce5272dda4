import { isEqual, isJson } from '../schema/json.ts';
import { findChild, type Schema } from '../schema/schema.ts';
import { EMPTY, type FieldSet, LEAF, toItemStep, toNode, union } from './field-set.ts';

/** Paths in which two states of an object differ. */
export interface Comparison {
  readonly added: FieldSet;
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const NO_DIFFERENCE: Comparison = { added: EMPTY, changed: EMPTY, removed: EMPTY };

/** All paths of an object's values: what somebody who applies it has. */
export function toFieldSet(value: unknown, schema: Schema | undefined): FieldSet {
  const parts = findParts(value, schema);
  if (parts === undefined) return LEAF;
  const isItem = schema?.form === 'list';
  const children = parts.map(({ step, value: child, schema: as }) => {
    const below = toFieldSet(child, as);
    const standsAlone = isItem || child === null || (isJson(child) && Object.keys(child).length === 0);
    return [step, standsAlone ? toNode(true, below.children) : below] as const;
  });
  return toNode(false, children);
}

/** What is different in `after`. */
export function compareObjects(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  if (isEqual(before, after)) return NO_DIFFERENCE;
  const left = findParts(before, schema);
  const right = findParts(after, schema);
  const isLeaf = (before !== undefined && !left) || (after !== undefined && !right);
  if (isLeaf || isHollow(left, right)) {
    if (before === undefined) return { ...NO_DIFFERENCE, added: LEAF };
    return after === undefined ? { ...NO_DIFFERENCE, removed: LEAF } : { ...NO_DIFFERENCE, changed: LEAF };
  }
  return compareParts(before === undefined, after === undefined, left ?? [], right ?? []);
}

function compareParts(isNew: boolean, isGone: boolean, left: readonly Part[], right: readonly Part[]): Comparison {
  const others = new Map(right.map((part) => [part.step, part]));
  const known = new Set(left.map(({ step }) => step));
  const pairs = left.map((part) => [part.step, part.value, others.get(part.step)?.value, part.schema] as const);
  const fresh = right
    .filter(({ step }) => !known.has(step))
    .map((part) => [part.step, undefined, part.value, part.schema] as const);
  const compared = [...pairs, ...fresh].map(
    ([step, before, after, schema]) => [step, compareObjects(before, after, schema)] as const,
  );
  const collect = (kind: keyof Comparison, own: boolean) =>
    toNode(
      own,
      compared.map(([step, comparison]) => [step, comparison[kind]] as const),
    );
  return { added: collect('added', isNew), changed: collect('changed', false), removed: collect('removed', isGone) };
}

function isHollow(left: readonly Part[] | undefined, right: readonly Part[] | undefined): boolean {
  return (left?.length ?? 0) === 0 && (right?.length ?? 0) === 0;
}

/** What is added or changed. */
export function touched({ added, changed }: Comparison): FieldSet {
  return union(added, changed);
}

/** A part of a value that is merged for itself. */
export interface Part {
  readonly step: string;
  readonly value: unknown;
  readonly schema: Schema | undefined;
}

/** The parts of a value; `undefined`: it is a leaf, and merged whole. */
export function findParts(value: unknown, schema: Schema | undefined): readonly Part[] | undefined {
  if (isJson(value)) {
    if (schema === undefined || schema.form === 'any' || schema.form === 'scalar' || schema.form === 'list')
      return undefined;
    if (schema.isAtomic) return undefined;
    return Object.entries(value).map(([name, child]) => ({
      step: `f:${name}`,
      value: child,
      schema: findChild(schema, name),
    }));
  }
  if (!Array.isArray(value) || schema?.form !== 'list' || schema.merge === 'atomic') return undefined;
  const { merge, keys, element } = schema;
  return value.map((item) => ({ step: toItemStep(item, merge, keys), value: item, schema: element }));
}
