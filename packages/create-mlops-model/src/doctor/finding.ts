import {
  type ErrorCode,
  type ExitCode,
  exitCodeOf,
  inLanguage,
  type Translate,
  UserError,
} from '@create-mlops-model/core';

/** What a line of `doctor` or `join` is about; `machine` and `own` are what `join` makes here and on the services. */
export type Topic = 'tools' | 'network' | 'sign-in' | 'rights' | 'project' | 'machine' | 'own';

/** One line of `doctor` or `join`. */
export interface Finding {
  readonly topic: Topic;
  /** What was looked at: `git`, `azure-devops`, `push` … Stable, never translated. */
  readonly name: string;
  /** `note`: something to know that stops nobody. */
  readonly status: 'pass' | 'note' | 'fail';
  /** What was found. */
  readonly text: string;
  /** What to do about it, and who can. */
  readonly fix?: string;
  /** What kind of failure it is; `failed` if absent. */
  readonly code?: ErrorCode;
}

/** A failure as a line. Anything but a UserError is a mistake of ours and thrown on. */
export function toFailure(topic: Topic, name: string, error: unknown, translate: Translate): Finding {
  if (!(error instanceof UserError)) throw error;
  const fix = error.hint === undefined ? {} : { fix: inLanguage(error.hint, translate.lang) };
  return { topic, name, status: 'fail', text: inLanguage(error.text, translate.lang), code: error.code, ...fix };
}

/** 0 without a failure, 4 where only log-ins or rights are missing, else 1. */
export function toDoctorExitCode(findings: readonly Finding[]): ExitCode {
  const failed = findings.filter(({ status }) => status === 'fail');
  if (failed.length === 0) return 0;
  return failed.every(({ code }) => exitCodeOf(code ?? 'failed') === 4) ? 4 : 1;
}
