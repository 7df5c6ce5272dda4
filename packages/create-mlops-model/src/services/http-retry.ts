/** First pause of the exponential back-off and its ceiling, milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * What `Retry-After` asks for, in milliseconds from now: a number of seconds or an HTTP date.
 * Azure DevOps sends it with HTTP 200 too (rate limits page: "The response still returns HTTP 200").
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Exponential back-off with full jitter. @param attempt 0 for the first failure @param random in [0, 1) */
export function toPause(attempt: number, random: number): number {
  return random * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
}

const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether sending the request twice has the effect of sending it once. */
export function isRepeatable(request: { readonly method: string; readonly repeatable?: boolean }): boolean {
  return request.repeatable ?? REPEATABLE.has(request.method);
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN']);

/** Whether the failure happened before the request could have reached the service. */
export function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.has(codeOf(error));
}

/** Node's code of a network error, or the error's name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Happy Eyeballs fails with an AggregateError that holds one error an address.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return inner instanceof Error && 'code' in inner ? String(inner.code) : error.name;
}
