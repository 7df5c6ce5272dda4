import type { Result } from '../expression/run-condition.ts';

const WORST_LAST: readonly Result[] = ['Skipped', 'Succeeded', 'SucceededWithIssues', 'Failed', 'Canceled'];

/** The worse of two results. */
export function mergeResults(one: Result, other: Result): Result {
  return WORST_LAST.indexOf(one) >= WORST_LAST.indexOf(other) ? one : other;
}
