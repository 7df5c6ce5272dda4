import { type Mapping, type Tree, toMapping } from '../tree.ts';
import { NOWHERE, requireText, toTree } from './convert.ts';
import { evaluate } from './evaluate.ts';
import { parseExpression } from './parse-expression.ts';
import { findRuntimeExpression, type Place, toVocabulary } from './runtime-vocabulary.ts';
import { toBoolean, toText, type Value } from './value.ts';

/** How a step's job, a job or a stage ended; `SucceededWithIssues` counts as success. */
export type Result = 'Succeeded' | 'SucceededWithIssues' | 'Skipped' | 'Failed' | 'Canceled';

/** What a job or stage that others wait for left behind. */
export interface Dependency {
  readonly result: Result;
  /** `step.variable`; of a stage `job.step.variable`. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** How things stand when a condition or variable is computed. */
export interface Moment {
  readonly variables: Readonly<Record<string, string>>;
  /** Of a step's job so far. */
  readonly jobStatus?: Result;
  /** Whether somebody cancelled the run. */
  readonly canceled?: boolean;
  /** What this waits for directly: for a job its stage's jobs, for a stage other stages. */
  readonly dependencies?: Readonly<Record<string, Dependency>>;
  /** What this waits for by way of others, which decides too but cannot be named in `dependencies`. */
  readonly indirect?: readonly Result[];
  /** Jobs of the stages that this one's stage waits for, by stage and job. */
  readonly stageDependencies?: Readonly<Record<string, Readonly<Record<string, Dependency>>>>;
  /** `pipeline.startTime`, ISO 8601. */
  readonly startTime?: string;
  /** The next number of a counter that begins at `seed`. */
  readonly takeNumber?: (prefix: string, seed: number) => number;
}

/** Whether a step, job or stage runs; without a condition it runs after success. @throws ExpressionError */
export function runCondition(condition: string | undefined, place: Place, moment: Moment): boolean {
  return toBoolean(run(condition ?? 'succeeded()', place, moment));
}

/** The value of a variable when its job begins; one that is no `$[ ]` stays as it is. @throws ExpressionError */
export function runVariable(value: string, moment: Moment): string {
  const expression = findRuntimeExpression(value);
  return expression === undefined ? value : requireText(run(expression, 'variable', moment));
}

function run(source: string, place: Place, moment: Moment): Value {
  return evaluate(parseExpression(source, toVocabulary(place)), {
    getContext: (name) => toContext(name, moment),
    call: (name, values) => (name === 'counter' ? count(values, moment) : askStatus(name, values, place, moment)),
  });
}

function count([prefix = null, seed = null]: readonly Value[], { takeNumber }: Moment): Value {
  return takeNumber?.(toText(prefix) ?? '', Math.trunc(Number(toText(seed) ?? 0)) || 0) ?? null;
}

function toContext(name: string, moment: Moment): Value {
  switch (name) {
    case 'variables':
      return toTexts(moment.variables);
    case 'pipeline':
      return toTexts(moment.startTime === undefined ? {} : { startTime: moment.startTime });
    case 'dependencies':
      return toFields(moment.dependencies ?? {}, toDependency);
    case 'stagedependencies':
      return toFields(moment.stageDependencies ?? {}, (jobs) => toFields(jobs, toDependency));
    default:
      return null;
  }
}

function toDependency({ result, outputs }: Dependency): Mapping {
  return toMapping(
    [
      ['result', toTree(result)],
      ['outputs', toTexts(outputs)],
    ],
    NOWHERE,
  );
}

function toTexts(values: Readonly<Record<string, string>>): Mapping {
  return toFields(values, (value) => toTree(value));
}

function toFields<Item>(values: Readonly<Record<string, Item>>, convert: (value: Item) => Tree): Mapping {
  return toMapping(
    Object.entries(values).map(([name, value]) => [name, convert(value)] as const),
    NOWHERE,
  );
}

function askStatus(name: string, values: readonly Value[], place: Place, moment: Moment): boolean {
  const canceled = moment.canceled === true || moment.jobStatus === 'Canceled';
  if (name === 'always') return true;
  if (name === 'canceled') return canceled;
  const results = place === 'step' ? [moment.jobStatus ?? 'Succeeded'] : listResults(values, moment);
  const hasFailed = results.includes('Failed');
  const hasSucceeded = results.every((result) => result === 'Succeeded' || result === 'SucceededWithIssues');
  switch (name) {
    case 'failed':
      return !canceled && hasFailed;
    case 'succeeded':
      return !canceled && hasSucceeded;
    default:
      // Named ones must have run; without names it does not matter how it went.
      return (
        !canceled && (values.length === 0 || results.every((result) => result !== 'Skipped' && result !== 'Canceled'))
      );
  }
}

/** Of those named, or of everything that this waits for. */
function listResults(names: readonly Value[], { dependencies = {}, indirect = [] }: Moment): readonly Result[] {
  if (names.length === 0) return [...Object.values(dependencies).map(({ result }) => result), ...indirect];
  const wanted = names.map((name) => (toText(name) ?? '').toLowerCase());
  const found = Object.entries(dependencies).filter(([name]) => wanted.includes(name.toLowerCase()));
  // One that does not exist has neither succeeded nor failed.
  return wanted.length > found.length
    ? [...found.map(([, { result }]) => result), 'Skipped']
    : found.map(([, { result }]) => result);
}
