import type { Cron } from './cron.ts';
import { getCron, isEvery, printCron } from './cron-text.ts';
import { UserError } from './errors.ts';
import { findInstant, offsetsInYear } from './time-zone.ts';

/** One schedule as a person gives it. */
export interface LocalSchedule {
  /** Five fields, in `timeZone`. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** What a person should know about a schedule that now counts in UTC; data, the report words it. */
export type ScheduleNote =
  | {
      /** The zone changes its clock: runs come at the hour asked for in standard time, later by `laterMinutes` in summer time. */
      readonly kind: 'daylight-saving';
      readonly timeZone: string;
      readonly laterMinutes: number;
    }
  | {
      /** In UTC the run falls on another weekday than on the local calendar. */
      readonly kind: 'weekday-changed';
      readonly days: -1 | 1;
    };

/** A schedule in the form that Azure Pipelines takes. */
export interface ConvertedSchedule {
  /** One UTC cron, or several where one cannot say it. */
  readonly crons: readonly string[];
  readonly notes: readonly ScheduleNote[];
}

/** Offsets are read from one fixed year, so that the same manifest gives the same file on every day. */
const REFERENCE_YEAR = 2026;

const DAY = 1440;

/** Azure Pipelines: about a thousand scheduled runs a week of one pipeline (MicrosoftDocs scheduled-triggers). */
const RUNS_PER_WEEK = 1000;

interface Shifted {
  readonly days: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * Turns a local schedule into UTC crons, because Azure counts in UTC and knows no summer time.
 * Counted from standard time, so that no run comes before the hour asked for: the data are there.
 * @throws UserError `usage` for a cron that cannot be read, or whose UTC form would mean other dates
 */
export function convertSchedule(schedule: LocalSchedule): ConvertedSchedule {
  const cron = getCron(schedule.cron);
  const offsets = offsetsInYear(schedule.timeZone, REFERENCE_YEAR);
  const standard = offsets[0] ?? 0;
  checkFrequency(cron, schedule.cron);
  const shifted = cron.hours.flatMap((hour) => cron.minutes.map((minute) => shift(hour, minute, standard)));
  const everyDay = isEvery(cron, 'days') && isEvery(cron, 'weekdays') && isEvery(cron, 'months');
  const moved = everyDay ? [0] : [...new Set(shifted.map((time) => time.days))];
  checkDates(cron, schedule, moved);
  const crons = moved.flatMap((days) => {
    const times = everyDay ? shifted : shifted.filter((time) => time.days === days);
    const weekdays = cron.weekdays.map((day) => (day + days + 7) % 7).sort((a, b) => a - b);
    return groupTimes(times).map((time) => printCron({ ...cron, ...time, weekdays }));
  });
  return { crons, notes: toNotes(cron, schedule.timeZone, offsets, moved) };
}

/**
 * The next instants at which one of the crons fires on the clock of a zone. Local times that the change to
 * summer time skips are skipped; repeated ones count once.
 */
export function nextRuns(cron: string | readonly string[], timeZone: string, from: Date, count: number): Date[] {
  const crons = (typeof cron === 'string' ? [cron] : cron).map(getCron);
  const found = new Set<number>();
  const start = Math.floor(from.getTime() / 86_400_000) - 1;
  // A leap day on a given weekday comes back within 40 years.
  for (let day = start; day < start + 40 * 366 && found.size < count; day += 1) {
    for (const instant of crons.flatMap((each) => findRunsOn(each, timeZone, day * 86_400_000))) {
      if (instant > from.getTime()) found.add(instant);
    }
  }
  return [...found]
    .sort((a, b) => a - b)
    .slice(0, count)
    .map((instant) => new Date(instant));
}

function findRunsOn(cron: Cron, timeZone: string, midnight: number): number[] {
  const date = new Date(midnight);
  const fits =
    cron.days.includes(date.getUTCDate()) &&
    cron.months.includes(date.getUTCMonth() + 1) &&
    cron.weekdays.includes(date.getUTCDay());
  if (!fits) return [];
  return cron.hours.flatMap((hour) =>
    cron.minutes.flatMap((minute) => {
      const instant = findInstant(timeZone, midnight + (hour * 60 + minute) * 60_000);
      return instant ? [instant.getTime()] : [];
    }),
  );
}

function shift(hour: number, minute: number, offset: number): Shifted {
  const utc = hour * 60 + minute - offset;
  const time = ((utc % DAY) + DAY) % DAY;
  return { days: Math.floor(utc / DAY), hour: Math.floor(time / 60), minute: time % 60 };
}

/** Times of a day as the fewest hour × minute products. */
function groupTimes(times: readonly Shifted[]): { hours: number[]; minutes: number[] }[] {
  const minutesOf = new Map<number, number[]>();
  for (const { hour, minute } of times) minutesOf.set(hour, [...(minutesOf.get(hour) ?? []), minute]);
  const groups = new Map<string, { hours: number[]; minutes: number[] }>();
  for (const [hour, unsorted] of [...minutesOf].sort(([a], [b]) => a - b)) {
    const minutes = [...new Set(unsorted)].sort((a, b) => a - b);
    const group = groups.get(minutes.join()) ?? { hours: [], minutes };
    group.hours.push(hour);
    groups.set(minutes.join(), group);
  }
  return [...groups.values()];
}

function toNotes(
  cron: Cron,
  timeZone: string,
  offsets: readonly number[],
  moved: readonly number[],
): readonly ScheduleNote[] {
  const laterMinutes = (offsets.at(-1) ?? 0) - (offsets[0] ?? 0);
  const saving = laterMinutes > 0 ? [{ kind: 'daylight-saving', timeZone, laterMinutes } as const] : [];
  const weekdays = isEvery(cron, 'weekdays') ? [] : moved.filter((days) => days === 1 || days === -1);
  return [...saving, ...weekdays.map((days) => ({ kind: 'weekday-changed', days }) as const)];
}

/** A weekday can be moved by a day; a date or a month cannot (the day before the 1st is another date each month). */
function checkDates(cron: Cron, schedule: LocalSchedule, moved: readonly number[]): void {
  const byDate = !isEvery(cron, 'days') || !isEvery(cron, 'months');
  if (!byDate || moved.every((days) => days === 0)) return;
  throw new UserError(
    'usage',
    {
      en: `The schedule "${schedule.cron}" in ${schedule.timeZone} cannot be used: Azure counts in UTC, where the run falls on another day, and a date cannot be moved to it.`,
      fr: `L’horaire «\u00a0${schedule.cron}\u00a0» en ${schedule.timeZone} ne convient pas\u00a0: Azure compte en UTC, où l’exécution tombe un autre jour, et une date ne peut pas y être déplacée.`,
    },
    {
      en: 'Choose an hour that is the same day in UTC, give the schedule in UTC, or use days of the week.',
      fr: 'Choisissez une heure du même jour en UTC, donnez l’horaire en UTC, ou utilisez des jours de la semaine.',
    },
  );
}

function checkFrequency(cron: Cron, text: string): void {
  const perWeek = cron.minutes.length * cron.hours.length * cron.weekdays.length;
  if (perWeek <= RUNS_PER_WEEK) return;
  throw new UserError(
    'usage',
    {
      en: `The schedule "${text}" cannot be used: it asks for ${perWeek} runs a week, and Azure starts about ${RUNS_PER_WEEK} at most.`,
      fr: `L’horaire «\u00a0${text}\u00a0» ne convient pas\u00a0: il demande ${perWeek} exécutions par semaine, et Azure en lance au plus environ ${RUNS_PER_WEEK}.`,
    },
    {
      en: 'Choose fewer minutes, such as 0 * * * * (every hour).',
      fr: 'Choisissez moins de minutes, par exemple 0 * * * * (toutes les heures).',
    },
  );
}
