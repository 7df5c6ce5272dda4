import type { Organization } from '../state.ts';

/** Numbers of `counter()`: each prefix counts on from run to run, and gives one number in a run, however often it is asked. */
export function countOnce({ counters }: Organization, definitionId: number): (prefix: string, seed: number) => number {
  const given = new Map<string, number>();
  return (prefix, seed) => {
    const key = `counter:${definitionId}:${prefix}`;
    const number = given.get(key) ?? (key in counters ? (counters[key] ?? 0) + 1 : seed);
    given.set(key, number);
    counters[key] = number;
    return number;
  };
}
