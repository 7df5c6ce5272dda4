import type { Mapping, Primitive, Sequence } from '../tree.ts';
import { printPrimitive } from '../tree.ts';

/** A version of two to four numbers. */
export interface Version {
  readonly kind: 'version';
  readonly parts: readonly number[];
}

/** What an expression can come to. */
export type Value = Primitive | Version | Sequence | Mapping;

/** Whether a value is a list or an object: nothing converts to or from these but a truth value. */
export function isComplex(value: Value): value is Sequence | Mapping {
  return typeof value === 'object' && value !== null && value.kind !== 'version';
}

/** False are: false, null, zero and the empty text. */
export function toBoolean(value: Value): boolean {
  return value !== false && value !== null && value !== 0 && value !== '';
}

/** A value as text; undefined for lists and objects. */
export function toText(value: Value): string | undefined {
  if (isComplex(value)) return undefined;
  return typeof value === 'object' && value !== null ? value.parts.join('.') : printPrimitive(value);
}

/** A value as a number; undefined where it is none. */
export function toNumber(value: Value): number | undefined {
  if (value === null || value === '') return 0;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  const plain = value.trim().replaceAll(',', '');
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : undefined;
}

/** A version written as text, of at least two numbers; undefined where it is none. */
export function parseVersion(text: string): Version | undefined {
  if (!/^\s*\d+(\.\d+){1,3}\s*$/.test(text)) return undefined;
  return { kind: 'version', parts: text.trim().split('.').map(Number) };
}

function toVersion(value: Value): Version | undefined {
  if (typeof value === 'object' && value?.kind === 'version') return value;
  const isText = typeof value === 'string' || (typeof value === 'number' && value > 0);
  return isText ? parseVersion(String(value)) : undefined;
}

/** The right value in the type of the left one; undefined where it does not convert. */
function convertLike(right: Value, left: Value): Value | undefined {
  if (left === null) return right === null || right === '' ? null : undefined;
  if (typeof left === 'boolean') return toBoolean(right);
  if (typeof left === 'number') return toNumber(right);
  if (typeof left === 'string') return toText(right);
  return left.kind === 'version' ? toVersion(right) : right;
}

/** Equality after the right value was converted; text without case. */
export function isEqual(left: Value, right: Value): boolean {
  const converted = convertLike(right, left);
  if (converted === undefined) return false;
  if (typeof left === 'string') return left.toUpperCase() === String(converted).toUpperCase();
  if (isComplex(left)) return left === converted;
  if (typeof left === 'object' && left !== null) return compare(left, converted) === 0;
  return left === converted;
}

/** Negative, zero or positive after the right value was converted; undefined where the two have no order. */
export function compare(left: Value, right: Value): number | undefined {
  const converted = convertLike(right, left);
  if (left === null || converted === undefined || isComplex(left)) return undefined;
  if (typeof left === 'object') return compareParts(left.parts, (converted as Version).parts);
  if (typeof left !== 'string') return Number(left) - Number(converted);
  const [a, b] = [left.toUpperCase(), String(converted).toUpperCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `1.2` comes before `1.2.0`: a number that is not there counts as less than zero. */
function compareParts(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < 4; index++) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
