import { CANADIAN_OFFSETS } from './time-zone.ts';

/** A cron expression taken apart: the values at which each field matches, ascending. Weekdays: 0 is Sunday. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
}

/** Name of a field of a cron expression. */
export type CronField = keyof Cron;

interface FieldRule {
  readonly field: CronField;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Azure Pipelines' five fields (learn.microsoft.com, "Configure schedules for pipelines": `mm HH DD MM DW`); 7 for Sunday is not among them. */
const FIELDS: readonly FieldRule[] = [
  { field: 'minutes', min: 0, max: 59 },
  { field: 'hours', min: 0, max: 23 },
  { field: 'days', min: 1, max: 31 },
  { field: 'months', min: 1, max: 12, names: MONTHS },
  { field: 'weekdays', min: 0, max: 6, names: WEEKDAYS },
];

/** What is wrong with a cron expression: the number of fields, or the first field that cannot be read. */
export type CronProblem =
  | { readonly kind: 'fields'; readonly count: number }
  | { readonly kind: 'field'; readonly field: CronField; readonly text: string; readonly range: string }
  | { readonly kind: 'never' };

/** Takes a five-field cron expression apart. */
export function parseCron(text: string): Cron | CronProblem {
  const parts = text.trim().split(/[ \t]+/);
  if (parts.length !== FIELDS.length) return { kind: 'fields', count: text.trim() === '' ? 0 : parts.length };
  const cron: Record<CronField, readonly number[]> = { minutes: [], hours: [], days: [], months: [], weekdays: [] };
  for (const [index, rule] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    const values = parseField(part, rule);
    if (values === undefined) return { kind: 'field', field: rule.field, text: part, range: `${rule.min}–${rule.max}` };
    cron[rule.field] = values;
  }
  return everMatches(cron) ? cron : { kind: 'never' };
}

/** Whether `parseCron` could not read the expression. */
export function isCronProblem(parsed: Cron | CronProblem): parsed is CronProblem {
  return 'kind' in parsed;
}

function parseField(text: string, rule: FieldRule): readonly number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^([^/-]+)(?:-([^/-]+))?(?:\/(\d{1,4}))?$/.exec(part);
    if (!match) return undefined;
    const [, from = '', to, step] = match;
    const every = step === undefined ? 1 : Number(step);
    const first = from === '*' ? rule.min : toNumber(from, rule);
    const last = from === '*' || (to === undefined && step !== undefined) ? rule.max : toNumber(to ?? from, rule);
    if (first === undefined || last === undefined || first > last || every < 1) return undefined;
    if (from === '*' && to !== undefined) return undefined;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function toNumber(text: string, rule: FieldRule): number | undefined {
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text);
    return value >= rule.min && value <= rule.max ? value : undefined;
  }
  // Azure takes the first three letters or the whole English name.
  const index = (rule.names ?? []).findIndex(
    (name) => /^[a-z]{3,9}$/i.test(text) && isNameOf(text.toLowerCase(), name),
  );
  return index < 0 ? undefined : index + rule.min;
}

const LONG_NAMES = [
  'january february march april may june july august september october november december',
  'sunday monday tuesday wednesday thursday friday saturday',
]
  .join(' ')
  .split(' ');

function isNameOf(text: string, short: string): boolean {
  return text === short || (text.startsWith(short) && LONG_NAMES.includes(text));
}

/** `0 6 31 2 *` would wait for 31 February for ever. A weekday makes cron match either field, so it always comes. */
function everMatches(cron: Cron): boolean {
  if (cron.weekdays.length < 7) return true;
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return cron.months.some((month) => (cron.days[0] ?? 32) <= (longest[month - 1] ?? 0));
}

/** Whether the running JavaScript engine knows the time zone (`America/Toronto`). Offsets such as `+05:00` are not names. */
export function isTimeZone(name: string): boolean {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const found = findTimeZone(name);
  zones.set(name, found);
  return found;
}

/** Each look takes milliseconds, and one run asks for the same zone several times. */
const zones = new Map<string, boolean>();

function findTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  if (name === 'UTC' || CANADIAN_OFFSETS.has(name)) return true;
  // The list lacks older names of zones (America/Montreal), and takes a tenth of the time of a format.
  if (Intl.supportedValuesOf('timeZone').includes(name)) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // RangeError is how Intl says that it does not know the zone.
  }
}
