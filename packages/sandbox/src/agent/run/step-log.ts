import type { Issue, StepRecord } from './job-work.ts';
import type { Masker } from './mask-secrets.ts';

/** What a step writes down. Everything is masked here and nowhere else, so nothing goes past it. */
export interface StepLog {
  /** One line or several. */
  write(text: string): void;
  /** An error that also stands among the run's issues. */
  error(message: string, place?: Pick<Issue, 'file' | 'line'>): void;
  /** The same for a warning. */
  warning(message: string, place?: Pick<Issue, 'file' | 'line'>): void;
  /** All issues so far. */
  readonly issues: readonly Issue[];
}

/** Makes the log of a step. @param now milliseconds since 1970 */
export function makeStepLog(record: StepRecord, masker: Masker, now: () => number = Date.now): StepLog {
  const issues: Issue[] = [];
  const write = (text: string) => {
    // Masked as a whole first: a secret of several lines is found before it is cut.
    for (const line of masker.mask(text).split(/\r\n|\n/)) record.write(`${toTimestamp(now())} ${masker.mask(line)}`);
  };
  const report = (type: Issue['type'], message: string, place: Pick<Issue, 'file' | 'line'> = {}) => {
    issues.push({ type, message: masker.mask(message), ...place });
    write(`##[${type}]${message}`);
  };
  return {
    write,
    error: (message, place) => report('error', message, place),
    warning: (message, place) => report('warning', message, place),
    issues,
  };
}

/** The agent writes ten millionths of a second; this clock knows thousandths. */
function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '0000Z');
}
