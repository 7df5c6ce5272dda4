import type { Position } from './problem.ts';

/** YAML with the place of each part. All scalars are text, as the service reads them; a parameter's value may be typed. */
export type Tree = Scalar | Sequence | Mapping;

/** A single value. */
export interface Scalar {
  readonly kind: 'scalar';
  readonly value: Primitive;
  readonly at: Position;
  /** Set on the result of an expression: what looks like an expression in it is text. */
  readonly final?: boolean;
}

/** A list. */
export interface Sequence {
  readonly kind: 'sequence';
  readonly items: readonly Tree[];
  readonly at: Position;
}

/** Keys and values in the order of the file; keys are looked up without case. */
export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: readonly Entry[];
  readonly at: Position;
}

/** One key of a mapping. */
export interface Entry {
  readonly key: Scalar;
  readonly value: Tree;
}

/** What a scalar can hold. */
export type Primitive = string | number | boolean | null;

/** Plain data: what a tree is without its places. */
export type Data = string | readonly Data[] | { readonly [key: string]: Data };

/** The value of a key, whatever its case. */
export function findValue({ entries }: Mapping, name: string): Tree | undefined {
  const wanted = name.toLowerCase();
  return entries.find(({ key }) => String(key.value).toLowerCase() === wanted)?.value;
}

/** A mapping of typed values that stand in no file. */
export function toMapping(values: Iterable<readonly [string, Tree]>, at: Position): Mapping {
  const entries = [...values].map(([name, value]): Entry => ({ key: { kind: 'scalar', value: name, at }, value }));
  return { kind: 'mapping', entries, at };
}

/** A scalar as the service writes it: `True` and `False`, nothing for null. */
export function printPrimitive(value: Primitive): string {
  if (value === null) return '';
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

/** The tree as plain data. */
export function toData(tree: Tree): Data {
  switch (tree.kind) {
    case 'scalar':
      return printPrimitive(tree.value);
    case 'sequence':
      return tree.items.map(toData);
    case 'mapping':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [printPrimitive(key.value), toData(value)]));
  }
}
