/** When a schedule of five fields fires, in UTC: the values at which each field matches. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  /** 1 is January. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** Reads `mm HH DD MM DW`; `undefined` for what the service could not read either (MicrosoftDocs scheduled-triggers, cron syntax). */
export function parseCron(text: string): Cron | undefined {
  const [minutes, hours, days, months, weekdays, ...more] = text.trim().split(/\s+/);
  const cron = {
    minutes: parseField(minutes, 0, 59),
    hours: parseField(hours, 0, 23),
    days: parseField(days, 1, 31),
    months: parseField(months, 1, 12, MONTHS),
    weekdays: parseField(weekdays, 0, 6, WEEKDAYS),
  };
  const isRead = more.length === 0 && Object.values(cron).every((values) => values !== undefined);
  return isRead ? (cron as Cron) : undefined;
}

function parseField(
  text: string | undefined,
  least: number,
  most: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [range = '', step = '1', ...more] = part.split('/');
    const span = parseRange(range, part.includes('/'), [least, most], names);
    const by = /^\d+$/.test(step) ? Number(step) : 0;
    if (!span || by === 0 || more.length > 0) return undefined;
    const count = most - least + 1;
    // Fields go round: Thursday to Sunday is a range too.
    const length = (span[1] - span[0] + count) % count;
    for (let place = 0; place <= length; place += by) values.add(((span[0] - least + place) % count) + least);
  }
  return values;
}

function parseRange(
  text: string,
  hasStep: boolean,
  [least, most]: readonly [number, number],
  names: readonly string[],
): readonly [number, number] | undefined {
  if (text === '*') return [least, most];
  const [from, to, ...more] = text.split('-').map((value) => parseValue(value, least, most, names));
  if (from === undefined || more.length > 0 || (text.includes('-') && to === undefined)) return undefined;
  return [from, to ?? (hasStep ? most : from)];
}

/** A number, an English name or its first three letters. */
function parseValue(text: string, least: number, most: number, names: readonly string[]): number | undefined {
  const named =
    text.length >= 3
      ? names.findIndex((name) => name === text.toLowerCase() || name.slice(0, 3) === text.toLowerCase())
      : -1;
  const value = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The newest instants at which it fires, later than `from` and not later than `to`, oldest first; all fields have to fit. */
export function listInstants(cron: Cron, from: Date, to: Date, most: number): readonly Date[] {
  const found: number[] = [];
  const first = Math.floor(from.getTime() / DAY) * DAY;
  for (let day = Math.floor(to.getTime() / DAY) * DAY; day >= first && found.length < most; day -= DAY) {
    const within = listTimes(cron, day).filter((instant) => instant > from.getTime() && instant <= to.getTime());
    found.push(...within.reverse());
  }
  return found
    .slice(0, most)
    .reverse()
    .map((instant) => new Date(instant));
}

function listTimes(cron: Cron, day: number): number[] {
  const date = new Date(day);
  const fits =
    cron.days.has(date.getUTCDate()) && cron.months.has(date.getUTCMonth() + 1) && cron.weekdays.has(date.getUTCDay());
  if (!fits) return [];
  const minutes = [...cron.hours].flatMap((hour) => [...cron.minutes].map((minute) => hour * 60 + minute));
  return minutes.sort((a, b) => a - b).map((minute) => day + minute * MINUTE);
}
