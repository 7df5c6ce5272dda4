import { toData } from '../tree.ts';
import { listItems, requireText, toItemText, toTextSequence, toValue } from './convert.ts';
import { ExpressionError } from './expression-error.ts';
import { formatText } from './format-text.ts';
import type { Arity } from './parse-expression.ts';
import { compare, isComplex, isEqual, toBoolean, toText, type Value } from './value.ts';

/** Arguments are computed when they are asked for, so that `and`, `or`, `in` and `iif` can stop early. */
type Lazy = readonly (() => Value)[];

interface Definition extends Arity {
  readonly run: (values: Lazy) => Value;
}

/** Functions of every expression (MicrosoftDocs pipelines/process/expressions), by name in lower case. */
const FUNCTIONS: ReadonlyMap<string, Definition> = new Map(
  Object.entries({
    and: many(2, (values) => values.every((get) => toBoolean(get()))),
    or: many(2, (values) => values.some((get) => toBoolean(get()))),
    not: fixed(1, (value) => !toBoolean(value)),
    xor: fixed(2, (left, right) => toBoolean(left) !== toBoolean(right)),
    eq: fixed(2, isEqual),
    ne: fixed(2, (left, right) => !isEqual(left, right)),
    ge: fixed(2, (left, right) => getOrder('ge', left, right) >= 0),
    gt: fixed(2, (left, right) => getOrder('gt', left, right) > 0),
    le: fixed(2, (left, right) => getOrder('le', left, right) <= 0),
    lt: fixed(2, (left, right) => getOrder('lt', left, right) < 0),
    in: many(1, isAmong),
    notin: many(1, (values) => !isAmong(values)),
    contains: onText((text, part) => text.includes(part)),
    startswith: onText((text, part) => text.startsWith(part)),
    endswith: onText((text, part) => text.endsWith(part)),
    containsvalue: fixed(2, (list, wanted) => listItems(list).some((item) => isEqual(wanted, toValue(item)))),
    coalesce: many(2, coalesce),
    iif: many(3, ([condition, yes, no]) => (toBoolean(condition!()) ? yes!() : no!()), 3),
    format: many(1, ([form, ...values]) =>
      formatText(
        requireText(form!()),
        values.map((get) => requireText(get())),
      ),
    ),
    join: fixed(2, (between, list) =>
      isComplex(list) && list.kind === 'sequence'
        ? list.items.map(toItemText).join(toText(between) ?? '')
        : (toText(list) ?? ''),
    ),
    split: fixed(2, (text, signs) => toTextSequence(splitText(requireText(text), requireText(signs)))),
    replace: fixed(3, (text, old, fresh) => replaceText(requireText(text), requireText(old), requireText(fresh))),
    lower: fixed(1, (text) => requireText(text).toLowerCase()),
    upper: fixed(1, (text) => requireText(text).toUpperCase()),
    trim: fixed(1, (text) => requireText(text).trim()),
    length: fixed(1, (value) => (isComplex(value) ? listItems(value).length : (toText(value) ?? '').length)),
    converttojson: fixed(1, (value) => JSON.stringify(isComplex(value) ? toData(value) : value, undefined, 2)),
  }),
);

/** How many arguments each function of every expression takes. */
export const COMMON_FUNCTIONS: ReadonlyMap<string, Arity> = FUNCTIONS;

/** Runs a function of every expression. @throws ExpressionError */
export function callFunction(name: string, values: Lazy): Value {
  const definition = FUNCTIONS.get(name);
  if (!definition) throw new ExpressionError(`Unrecognized function: '${name}'`);
  return definition.run(values);
}

function many(min: number, run: Definition['run'], max = Number.POSITIVE_INFINITY): Definition {
  return { min, max, run };
}

function fixed(count: 1 | 2 | 3, run: (a: Value, b: Value, c: Value) => Value): Definition {
  return { min: count, max: count, run: ([a, b, c]) => run(a!(), b?.() ?? null, c?.() ?? null) };
}

function onText(test: (text: string, part: string) => boolean): Definition {
  return fixed(2, (text, part) => test((toText(text) ?? '').toUpperCase(), (toText(part) ?? '').toUpperCase()));
}

function getOrder(name: string, left: Value, right: Value): number {
  const order = compare(left, right);
  if (order !== undefined) return order;
  throw new ExpressionError(`${name}: unable to compare '${toText(left) ?? ''}' with '${toText(right) ?? ''}'`);
}

function isAmong([first, ...others]: Lazy): boolean {
  const wanted = first!();
  return others.some((get) => isEqual(wanted, get()));
}

function coalesce(values: Lazy): Value {
  for (const get of values) {
    const value = get();
    if (value !== null && value !== '') return value;
  }
  return null;
}

/** Each of the signs separates. */
function splitText(text: string, signs: string): readonly string[] {
  const parts = [''];
  for (const sign of text) {
    if (signs.includes(sign)) parts.push('');
    else parts[parts.length - 1] += sign;
  }
  return parts;
}

function replaceText(text: string, old: string, fresh: string): string {
  return old === '' ? text : text.replaceAll(old, () => fresh);
}
