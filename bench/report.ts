/** One variant's figures: times in milliseconds, memory in megabytes. */
export interface Sample {
  readonly name: string;
  /** Median wall time. */
  readonly wall: number;
  /** Least wall time. */
  readonly least: number;
  /** Median CPU time of the process and what it started. */
  readonly cpu: number;
  /** Largest resident memory. */
  readonly memory: number;
}

/** A limit that a figure of ours keeps. Without `of` it is on memory, in megabytes; with it, a ratio of wall times. */
export interface Budget {
  readonly name: string;
  readonly of?: string;
  readonly limit: number;
}

/** What the product promises, as ratios within one run. */
export const BUDGETS: readonly Budget[] = [
  { name: '--version', of: 'bare node', limit: 1.6 },
  { name: '--help', of: 'bare node', limit: 1.6 },
  { name: 'create --files-only', of: 'floor', limit: 2.0 },
  { name: 'create --files-only --git', of: 'floor + git', limit: 1.6 },
  { name: 'create --files-only', limit: 60 },
];

/** A table of all variants; the last column is wall time over that of bare Node. */
export function describeSamples(samples: readonly Sample[]): string {
  const bare = find(samples, 'bare node').wall;
  const rows = samples.map(
    ({ name, wall, least, cpu, memory }) => [name, wall, least, cpu, memory, wall / bare] as const,
  );
  return [
    `${'variant'.padEnd(28)}${['wall ms', 'least', 'cpu ms', 'MB', '× bare'].map((title) => title.padStart(10)).join('')}`,
    ...rows.map(
      ([name, ...numbers]) => name.padEnd(28) + numbers.map((value) => value.toFixed(1).padStart(10)).join(''),
    ),
  ].join('\n');
}

/** A line a budget: the figure, its limit, and whether it is kept. */
export function describeBudgets(samples: readonly Sample[]): string {
  return BUDGETS.map((budget) => {
    const what = budget.of ? `${budget.name} / ${budget.of}` : `${budget.name}, MB`;
    const figure = toFigure(budget, samples).toFixed(2);
    return `${isKept(budget, samples) ? 'kept' : 'OVER'}  ${what.padEnd(44)}${figure.padStart(8)}  (limit ${budget.limit})`;
  }).join('\n');
}

/** Whether the figure is within the limit. */
export function isKept(budget: Budget, samples: readonly Sample[]): boolean {
  return toFigure(budget, samples) <= budget.limit;
}

function toFigure({ name, of }: Budget, samples: readonly Sample[]): number {
  const sample = find(samples, name);
  return of ? sample.wall / find(samples, of).wall : sample.memory;
}

function find(samples: readonly Sample[], name: string): Sample {
  const sample = samples.find((item) => item.name === name);
  if (!sample) throw new Error(`nothing was measured under the name ${name}`);
  return sample;
}
