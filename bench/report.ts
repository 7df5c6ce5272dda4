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

/** A limit that a figure of ours keeps. */
export interface Budget {
  readonly name: string;
  readonly limit: number;
  readonly toFigure: (cpu: (name: string) => number, samples: readonly Sample[]) => number;
}

/** What the product promises, as ratios within one run: of CPU times, which other work on the machine moves least. */
export const BUDGETS: readonly Budget[] = [
  { name: '--version / bare node', limit: 1.6, toFigure: (cpu) => cpu('--version') / cpu('bare node') },
  { name: '--help / bare node', limit: 1.6, toFigure: (cpu) => cpu('--help') / cpu('bare node') },
  {
    // The CLI always makes a commit; what git takes of it is what it takes of the plain script.
    name: 'create --files-only without git / floor',
    limit: 2.0,
    toFigure: (cpu) => (cpu('create --files-only') - cpu('floor + git') + cpu('floor')) / cpu('floor'),
  },
  {
    name: 'create --files-only / floor + git',
    limit: 1.6,
    toFigure: (cpu) => cpu('create --files-only') / cpu('floor + git'),
  },
  {
    name: 'create --files-only, memory in MB',
    limit: 60,
    toFigure: (_, samples) => find(samples, 'create --files-only').memory,
  },
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
    const figure = toFigure(budget, samples).toFixed(2);
    return `${isKept(budget, samples) ? 'kept' : 'OVER'}  ${budget.name.padEnd(42)}${figure.padStart(8)}  (limit ${budget.limit})`;
  }).join('\n');
}

/** Whether the figure is within the limit. */
export function isKept(budget: Budget, samples: readonly Sample[]): boolean {
  return toFigure(budget, samples) <= budget.limit;
}

function toFigure(budget: Budget, samples: readonly Sample[]): number {
  return budget.toFigure((name) => find(samples, name).cpu, samples);
}

function find(samples: readonly Sample[], name: string): Sample {
  const sample = samples.find((item) => item.name === name);
  if (!sample) throw new Error(`nothing was measured under the name ${name}`);
  return sample;
}
