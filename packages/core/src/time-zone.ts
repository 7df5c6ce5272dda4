import { UserError } from './errors.ts';

const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The clock on the wall of a time zone, in minutes ahead of UTC, at an instant. @throws UserError `usage` for an unknown zone */
export function offsetMinutes(timeZone: string, at: Date): number {
  if (timeZone === 'UTC') return 0;
  const parts = getFormat(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((wall - Math.floor(at.getTime() / 1000) * 1000) / MINUTE);
}

/** The different offsets of a zone in one year, smallest (standard time) first. */
export function offsetsInYear(timeZone: string, year: number): readonly number[] {
  const key = `${timeZone} ${year}`;
  const known =
    years.get(key) ?? (year === 2026 ? CANADIAN_OFFSETS.get(timeZone) : undefined) ?? findOffsets(timeZone, year);
  years.set(key, known);
  return known;
}

/** Each schedule is checked several times in one run. */
const years = new Map<string, readonly number[]>();

/**
 * Standard and summer time of most Canadian zones in 2026, the year that schedules are read from, in minutes ahead of UTC.
 * Any other zone is looked up; the first look of a process takes 14 ms.
 */
export const CANADIAN_OFFSETS: ReadonlyMap<string, readonly number[]> = new Map([
  ['America/St_Johns', [-210, -150]],
  ['America/Halifax', [-240, -180]],
  ['America/Moncton', [-240, -180]],
  ['America/Toronto', [-300, -240]],
  ['America/Winnipeg', [-360, -300]],
  ['America/Regina', [-360]],
]);

/** The same, from what the engine knows of the zone. */
export function findOffsets(timeZone: string, year: number): readonly number[] {
  const offsets = Array.from({ length: 24 }, (_, half) =>
    offsetMinutes(timeZone, new Date(Date.UTC(year, Math.floor(half / 2), half % 2 === 0 ? 4 : 18, 12))),
  );
  return [...new Set(offsets)].sort((a, b) => a - b);
}

/**
 * The instant at which a zone's clock shows this wall time (given as if it were UTC).
 * @returns `undefined` for a wall time that the change to summer time skips; the first of two where the clock goes back
 */
export function findInstant(timeZone: string, wall: number): Date | undefined {
  const day = 24 * 60 * MINUTE;
  const candidates = [offsetMinutes(timeZone, new Date(wall - day)), offsetMinutes(timeZone, new Date(wall + day))];
  // The larger offset gives the earlier instant.
  for (const offset of [...new Set(candidates)].sort((a, b) => b - a)) {
    const instant = new Date(wall - offset * MINUTE);
    if (offsetMinutes(timeZone, instant) === offset) return instant;
  }
  return undefined;
}

function getFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
    return format;
  } catch (error) {
    throw new UserError(
      'usage',
      `The time zone "${timeZone}" is not known.`,
      'Use an IANA name such as America/Toronto, or UTC.',
      { cause: error },
    );
  }
}
