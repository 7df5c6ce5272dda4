import { type Cron, type CronField, type CronProblem, isCronProblem, parseCron } from './cron.ts';
import { UserError } from './errors.ts';

const FIELDS: readonly { readonly field: CronField; readonly name: string; readonly count: number }[] = [
  { field: 'minutes', name: 'minute', count: 60 },
  { field: 'hours', name: 'hour', count: 24 },
  { field: 'days', name: 'day of month', count: 31 },
  { field: 'months', name: 'month', count: 12 },
  { field: 'weekdays', name: 'day of week', count: 7 },
];

/**
 * A cron that every scheduler understands alike.
 * @throws UserError `usage` for one that cannot be read, or that limits day of month and day of week at once
 */
export function getCron(text: string): Cron {
  const cron = parseCron(text);
  if (isCronProblem(cron)) throw refuse(text, describeProblem(cron));
  // Some schedulers want both fields to match, others either one.
  if (!isEvery(cron, 'days') && !isEvery(cron, 'weekdays')) {
    throw new UserError(
      'usage',
      {
        en: `The schedule "${text}" cannot be used: day of month and day of week are both limited, which schedulers read differently.`,
        fr: `L’horaire «\u00a0${text}\u00a0» ne convient pas\u00a0: le jour du mois et le jour de la semaine sont tous deux limités, ce que les ordonnanceurs lisent différemment.`,
      },
      {
        en: 'Limit one of them and write * for the other.',
        fr: 'Limitez l’un des deux et écrivez * pour l’autre.',
      },
    );
  }
  return cron;
}

/** Whether the field allows every value. */
export function isEvery(cron: Cron, field: CronField): boolean {
  return FIELDS.some((each) => each.field === field && each.count === cron[field].length);
}

/** Five-field text of the values: `*`, ranges of three and more, else lists. */
export function printCron(cron: Cron): string {
  return FIELDS.map(({ field }) => (isEvery(cron, field) ? '*' : printValues(cron[field]))).join(' ');
}

function printValues(values: readonly number[]): string {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',');
}

function describeProblem(problem: CronProblem): string {
  switch (problem.kind) {
    case 'fields':
      return `it has ${problem.count} fields; it needs five: minute, hour, day of month, month, day of week`;
    case 'field': {
      const name = FIELDS.find((each) => each.field === problem.field)?.name ?? problem.field;
      return `the ${name} "${problem.text}" cannot be read or is not within ${problem.range}`;
    }
    case 'never':
      return 'no such date exists, so it would never fire';
  }
}

function refuse(text: string, why: string): UserError {
  return new UserError(
    'usage',
    `The schedule "${text}" cannot be used: ${why}.`,
    'Example: 0 6 * * MON (every Monday at six).',
  );
}
