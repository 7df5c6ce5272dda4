import type { Position } from '../problem.ts';
import { printPrimitive, type Sequence, type Tree } from '../tree.ts';
import { ExpressionError } from './expression-error.ts';
import { isComplex, toText, type Value } from './value.ts';

/** Where values lie that stand in no file. */
export const NOWHERE: Position = { path: '', line: 1, column: 1 };

/** The items of a list, or the values of an object. */
export function listItems(value: Value): readonly Tree[] {
  if (!isComplex(value)) return [];
  return value.kind === 'sequence' ? value.items : value.entries.map((entry) => entry.value);
}

/** A tree as a value of an expression. */
export function toValue(tree: Tree | undefined): Value {
  if (tree === undefined) return null;
  return tree.kind === 'scalar' ? tree.value : tree;
}

/** A value as a tree; what stands in no file gets the place of the expression that made it. */
export function toTree(value: Value, at: Position = NOWHERE): Tree {
  if (isComplex(value)) return value.kind === 'sequence' && value.at === NOWHERE ? placeSequence(value, at) : value;
  const plain = typeof value === 'object' && value !== null ? value.parts.join('.') : value;
  return { kind: 'scalar', value: plain, at, final: true };
}

function placeSequence({ kind, items }: Sequence, at: Position): Sequence {
  return { kind, at, items: items.map((item) => (item.at === NOWHERE ? { ...item, at } : item)) };
}

/** A list that stands in no file. */
export function toSequence(items: readonly Tree[]): Sequence {
  return { kind: 'sequence', items, at: NOWHERE };
}

/** A list of texts as a value. */
export function toTextSequence(texts: readonly string[]): Sequence {
  return toSequence(texts.map((text) => toTree(text)));
}

/** A value as text. @throws ExpressionError for lists and objects */
export function requireText(value: Value): string {
  const text = toText(value);
  if (text !== undefined) return text;
  throw new ExpressionError(
    `Unable to convert from ${isComplex(value) && value.kind === 'sequence' ? 'Array' : 'Object'} to String`,
  );
}

/** An item of a list as text; lists and objects within are empty. */
export function toItemText(tree: Tree): string {
  return tree.kind === 'scalar' ? printPrimitive(tree.value) : '';
}
