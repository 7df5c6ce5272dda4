import { UserError } from './errors.ts';

const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The clock on the wall of a time zone, in minutes ahead of UTC, at an instant. @throws UserError `usage` for an unknown zone */
export function offsetMinutes(timeZone: string, at: Date): number {
  const parts = getFormat(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((wall - Math.floor(at.getTime() / 1000) * 1000) / MINUTE);
}

/** The different offsets of a zone in one year, smallest (standard time) first. */
export function offsetsInYear(timeZone: string, year: number): readonly number[] {
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
