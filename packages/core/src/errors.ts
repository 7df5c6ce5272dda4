/** Exit codes of the command line; stable, documented in the README. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 75 | 130;

/**
 * What an error is about. The code is stable and never translated: scripts match on it.
 * Each code has one exit code (`exitCodeOf`).
 */
export type ErrorCode =
  | 'usage' // a flag, answer or file is missing or wrong → 2
  | 'conflict' // merge conflicts are left → 3
  | 'not-signed-in' // no credential, or it was not accepted → 4
  | 'forbidden' // signed in, but the right is missing → 4
  | 'differences' // `--check` found differences → 5
  | 'try-again' // throttled, locked by another run, service unavailable → 75
  | 'blocked' // the name is taken by somebody else's object → 1
  | 'unreachable' // no answer from the service → 1
  | 'not-empty' // the target folder holds other things → 2
  | 'failed'; // anything else the person can put right → 1

/** The same sentence in both languages; a plain string is one that needs no translation. */
export type Text = string | { readonly en: string; readonly fr: string };

/** The text in one language. */
export function inLanguage(text: Text, language: 'en' | 'fr'): string {
  return typeof text === 'string' ? text : text[language];
}

/** Something the person can put right. Printed without a stack: what was being done and what went wrong, then the hint. */
export class UserError extends Error {
  /** Stable, untranslated. */
  readonly code: ErrorCode;
  /** What was being done and what went wrong; `message` holds its English. */
  readonly text: Text;
  /** What to do next, one line or a few. */
  readonly hint: Text | undefined;

  constructor(code: ErrorCode, text: Text, hint?: Text, options?: ErrorOptions) {
    super(inLanguage(text, 'en'), options);
    this.name = 'UserError';
    this.code = code;
    this.text = text;
    this.hint = hint;
  }
}

/** Ctrl-C or "No". Not a failure of ours; exit code 130. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

/** The exit code of an error's code. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  switch (code) {
    case 'usage':
    case 'not-empty':
      return 2;
    case 'conflict':
      return 3;
    case 'not-signed-in':
    case 'forbidden':
      return 4;
    case 'differences':
      return 5;
    case 'try-again':
      return 75;
    case 'blocked':
    case 'unreachable':
    case 'failed':
      return 1;
  }
}
