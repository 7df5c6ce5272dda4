/** What one runner found. */
export interface RunnerResult {
  /** As printed in the summary. */
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Full names of the tests that did not run; a name says which tool it misses. */
  readonly skipped: readonly string[];
  /** Wall time. */
  readonly seconds: number;
}

/** The summary, a line a runner, then every skip by name, then the plain line that adds all up. */
export function describeResults(results: readonly RunnerResult[]): string {
  const sum = (count: (result: RunnerResult) => number) => results.reduce((total, result) => total + count(result), 0);
  const line = (result: Omit<RunnerResult, 'name' | 'seconds'>) =>
    `${result.passed} passed, ${result.failed} failed, ${result.skipped.length} skipped`;
  const skipped = results.flatMap((result) => result.skipped);
  return [
    ...results.map((result) => `${result.name.padEnd(14)} ${line(result)} (${result.seconds.toFixed(1)} s)`),
    ...skipped.map((name) => `skipped        ${name}`),
    line({ passed: sum((result) => result.passed), failed: sum((result) => result.failed), skipped }),
  ].join('\n');
}

/** Whether the whole run is good. Where every tool has to be there, nothing may be skipped. */
export function isGood(results: readonly RunnerResult[], requireAll: boolean): boolean {
  return results.every((result) => result.failed === 0 && (!requireAll || result.skipped.length === 0));
}
