import { Cancelled, type ExitCode, exitCodeOf, inLanguage, UserError } from '@create-mlops-model/core/errors';
import type { Translate } from '@create-mlops-model/core/messages/index';
import { toPlainText } from '@create-mlops-model/core/printable';
import { hideSecrets } from '@create-mlops-model/core/text-rules';
import type { PrintedDocument } from './command.ts';
import { toInvocation } from './commands.ts';

/** An error as people and programs get it. */
export interface ErrorReport {
  readonly exitCode: ExitCode;
  /** For stderr. */
  readonly lines: readonly string[];
  /** For stdout under `--json`. */
  readonly document: PrintedDocument & {
    readonly kind: 'error';
    /** Stable, never translated; `bug` for what is ours to mend. */
    readonly code: string;
    readonly message: string;
    readonly hint: string | undefined;
    readonly exitCode: ExitCode;
  };
}

/** What reporting needs of the run. */
export interface ErrorContext {
  readonly translate: Translate;
  readonly debug: boolean;
  readonly version: string;
  /** Values that must not be shown, wherever they turn up. */
  readonly secrets: readonly (string | undefined)[];
}

/** Says what went wrong, whatever was thrown. */
export function describeError(error: unknown, context: ErrorContext): ErrorReport {
  if (error instanceof Cancelled) return cancelled(context);
  if (error instanceof UserError) return expected(error, context);
  return bug(error, context);
}

function cancelled({ translate }: ErrorContext): ErrorReport {
  const message = translate('error.cancelled');
  return toReport(130, 'cancelled', message, undefined, [message]);
}

function expected(error: UserError, context: ErrorContext): ErrorReport {
  const { translate, debug, secrets } = context;
  const hide = (text: string) => hideSecrets(text, secrets);
  const message = hide(inLanguage(error.text, translate.lang));
  const ownHint = error.hint === undefined ? toDefaultHint(error, context) : inLanguage(error.hint, translate.lang);
  const hint = ownHint === undefined ? undefined : hide(ownHint);
  const lines = [`${translate('error.title')}: ${message}`.replace(': ', translate.lang === 'fr' ? '\u00a0: ' : ': ')];
  if (hint !== undefined) lines.push(hint);
  if (debug) lines.push('', hide(printStack(error)));
  return toReport(exitCodeOf(error.code), error.code, message, hint, lines);
}

/** A service names the right that it misses in its own words; who can give it, `doctor` knows. */
function toDefaultHint({ code }: UserError, { translate, version }: ErrorContext): string | undefined {
  if (code !== 'forbidden') return undefined;
  return translate('error.forbidden.hint', { command: `${toInvocation(version)} doctor` });
}

function bug(error: unknown, { translate, version, secrets }: ErrorContext): ErrorReport {
  const message = hideSecrets(toPlainText(error instanceof Error ? error.message : String(error)), secrets);
  const versions = `create-mlops-model ${version}, Node.js ${process.version}, ${process.platform} ${process.arch}`;
  const hint = translate('error.bug.report', { command: 'npm bugs create-mlops-model' });
  const lines = [translate('error.bug'), '', hideSecrets(printStack(error), secrets), versions, '', hint];
  return toReport(1, 'bug', message, hint, lines);
}

function toReport(
  exitCode: ExitCode,
  code: string,
  message: string,
  hint: string | undefined,
  lines: readonly string[],
): ErrorReport {
  return { exitCode, lines, document: { schema: 1, kind: 'error', code, message, hint, exitCode } };
}

/** The stack and those of its causes, at most five. */
function printStack(error: unknown): string {
  const stacks: string[] = [];
  for (let current: unknown = error; current !== undefined && stacks.length < 5; ) {
    stacks.push(current instanceof Error ? (current.stack ?? current.message) : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return stacks.join('\ncaused by: ');
}
