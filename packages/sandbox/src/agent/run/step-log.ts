import { describeFault } from './describe-fault.ts';
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
  /** Whether lines are lost, as on a full disk; that alone fails the step. */
  readonly isBroken: boolean;
}

/** Makes the log of a step. @param now milliseconds since 1970 */
export function makeStepLog(record: StepRecord, masker: Masker, now: () => number = Date.now): StepLog {
  const issues: Issue[] = [];
  let isBroken = false;
  // A program's output comes outside of any call that could be told of a full disk.
  const write = (text: string) => {
    try {
      for (const line of masker.mask(text).split(/\r\n|\n/)) record.write(`${toTimestamp(now())} ${line}`);
    } catch (error) {
      if (isBroken) return;
      isBroken = true;
      issues.push({ type: 'error', message: `The step's log could not be written. ${describeFault(error)}` });
    }
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
    get isBroken() {
      return isBroken;
    },
  };
}

/** The agent writes ten millionths of a second; this clock knows thousandths. */
function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '0000Z');
}
