/** Numbers of a version: major, minor, patch. */
export type Version = readonly [number, number, number];

/** Whether a version is wanted. */
export type Range = (version: Version) => boolean;

const PART = String.raw`(\d+|[xX*])`;
const COMPARATOR = new RegExp(String.raw`^(>=|<=|>|<|=|~|\^)?\s*v?${PART}(?:\.${PART})?(?:\.${PART})?$`);

/**
 * Reads a range as `UsePythonVersion@0` takes it: `3.12`, `3.x`, `>=3.11`, `>=3.11 <3.14`, `~3.12.1`, `3.11 || 3.13`.
 * Undefined where it is none.
 */
export function parseRange(text: string): Range | undefined {
  const choices = text.split('||').map((choice) => parseAll(choice.trim()));
  if (choices.some((choice) => choice === undefined)) return undefined;
  return (version) => choices.some((choice) => choice?.(version) === true);
}

function parseAll(text: string): Range | undefined {
  // `>= 3.11` means the same as `>=3.11`.
  const words = text.replace(/(>=|<=|>|<|=|~|\^)\s+/g, '$1').split(/\s+/);
  const parts = words.map(parseComparator);
  if (parts.some((part) => part === undefined)) return undefined;
  return (version) => parts.every((part) => part?.(version) === true);
}

function parseComparator(text: string): Range | undefined {
  if (text === '') return undefined;
  const [whole, sign = '=', ...numbers] = COMPARATOR.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const given: number[] = [];
  for (const number of numbers) {
    if (number === undefined || /[xX*]/.test(number)) break;
    given.push(Number(number));
  }
  return toRange(sign, given);
}

function toRange(sign: string, given: readonly number[]): Range {
  const low: Version = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0];
  const isWithin = (kept: number) => (version: Version) =>
    given.slice(0, kept).every((number, i) => number === version[i]);
  switch (sign) {
    case '>=':
      return (version) => compareVersions(version, low) >= 0;
    case '<':
      return (version) => compareVersions(version, low) < 0;
    // A version that leaves numbers open stands for all of them: 3.12.4 is not more than 3.12.
    case '>':
      return (version) => compareVersions(version, low) > 0 && !isWithin(given.length)(version);
    case '<=':
      return (version) => compareVersions(version, low) <= 0 || isWithin(given.length)(version);
    case '~':
      return (version) => compareVersions(version, low) >= 0 && isWithin(Math.min(given.length, 2))(version);
    case '^':
      return (version) => compareVersions(version, low) >= 0 && isWithin(1)(version);
    default:
      return isWithin(given.length);
  }
}

/** Negative, zero or positive, as the first comes before, with or after the second. */
export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** A version of three numbers; undefined for anything else, such as a preview. */
export function parseVersion(text: string): Version | undefined {
  const [whole, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text.trim()) ?? [];
  return whole === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}
