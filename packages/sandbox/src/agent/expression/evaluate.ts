import { findValue, type Tree } from '../tree.ts';
import { listItems, toSequence, toValue } from './convert.ts';
import { COMMON_FUNCTIONS, callFunction } from './functions.ts';
import type { Expression } from './parse-expression.ts';
import { isComplex, toNumber, toText, type Value } from './value.ts';

/** What the names of an expression stand for. */
export interface Names {
  /** The value of a context, by name in lower case. */
  readonly getContext: (name: string) => Value;
  /** Calls a function that only this place knows, by name in lower case. */
  readonly call: (name: string, values: readonly Value[]) => Value;
}

/** Computes an expression. @throws ExpressionError where a conversion fails that must not */
export function evaluate(expression: Expression, names: Names): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return names.getContext(expression.name);
    case 'all':
      return toSequence(listAll(expression.of, names));
    case 'index': {
      const key = evaluate(expression.key, names);
      const value = evaluate(expression.of, names);
      if (!isFiltered(expression.of)) return toValue(findPart(value, key));
      return toSequence(listItems(value).flatMap((item) => findPart(toValue(item), key) ?? []));
    }
    case 'call': {
      const lazy = expression.arguments.map((argument) => () => evaluate(argument, names));
      if (COMMON_FUNCTIONS.has(expression.name)) return callFunction(expression.name, lazy);
      return names.call(
        expression.name,
        lazy.map((get) => get()),
      );
    }
  }
}

/** After a star, a property is taken of every item. */
function isFiltered(expression: Expression): boolean {
  return expression.kind === 'all' || (expression.kind === 'index' && isFiltered(expression.of));
}

function listAll(of: Expression, names: Names): readonly Tree[] {
  const items = listItems(evaluate(of, names));
  return isFiltered(of) ? items.flatMap((item) => listItems(toValue(item))) : items;
}

function findPart(value: Value, key: Value): Tree | undefined {
  if (!isComplex(value)) return undefined;
  if (value.kind === 'mapping') return findValue(value, toText(key) ?? '');
  const index = toNumber(key);
  return index === undefined ? undefined : value.items[index];
}
