import type { Readable, Writable } from 'node:stream';
import { UserError } from '@create-mlops-model/core/errors';
import type { Lang } from '@create-mlops-model/core/locale';
import type { Translate } from '@create-mlops-model/core/messages/index';
import { toPrintable } from '@create-mlops-model/core/printable';
import { makeProgress, type Progress } from './terminal/progress.ts';
import { createStyle, type Style } from './terminal/style.ts';

export type { Progress } from './terminal/progress.ts';
export type { Style } from './terminal/style.ts';

/** A question answered by typing. */
export interface TextQuestion {
  readonly message: string;
  /** Taken when nothing is typed. */
  readonly initial?: string;
  /** What is wrong with a text; `undefined` if it will do. */
  readonly check?: (text: string) => string | undefined;
}

/** One of the choices of a question. */
export interface TerminalChoice {
  readonly value: string;
  readonly label: string;
  /** The value as it stands in files and flags, shown beside the label. */
  readonly hint?: string;
}

/** A question answered by choosing. */
export interface ChoiceQuestion {
  readonly message: string;
  readonly choices: readonly TerminalChoice[];
  /** Value that is proposed. */
  readonly initial?: string;
}

/** The person in front of the screen. Every question throws `Cancelled` on Ctrl-C, and at the end of input. */
export interface Terminal {
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  readonly lang: Lang;
  /** Bold, colours; plain text where the terminal or the person wants none. */
  readonly style: Style;
  /** A line or more for people: stdout, or stderr under `--json`. */
  print(text: string): void;
  /** A line or more on stderr. */
  printError(text: string): void;
  /** @param question a plain text is a question without proposal or check */
  askText(question: TextQuestion | string): Promise<string>;
  askChoice(question: ChoiceQuestion): Promise<string>;
  /** @param initial what Enter means; yes unless told otherwise */
  confirm(message: string, initial?: boolean): Promise<boolean>;
  /** Lines of work in progress, with a status line below them where the screen can do it. */
  progress(total: number): Progress;
}

/** The package behind repainted questions; this file alone names it. */
export type Clack = typeof import('@clack/prompts');

/** How questions reach the person: repainted on the screen, or plain lines. */
export interface Asker {
  askText(question: TextQuestion): Promise<string>;
  askChoice(question: ChoiceQuestion): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** A stream that may be a screen. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a terminal is made of. */
export interface TerminalOptions {
  /** Looked at only where somebody may be asked. */
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly translate: Translate;
  /** Whether stdout belongs to one JSON document. */
  readonly json: boolean;
  readonly noInteractive: boolean;
}

/** The real terminal. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env, translate, json } = options;
  const output = json ? stderr : stdout;
  const isInteractive = !options.noInteractive && options.stdin.isTTY === true && output.isTTY === true && !isCi(env);
  // Azure Pipelines obeys `##vso[` wherever it is printed.
  const inPipeline = env.TF_BUILD !== undefined;
  const write = (stream: Output, text: string) => {
    stream.write(`${toPrintable(text, { inPipeline })}\n`);
  };
  const style = createStyle(output.isTTY === true, env);
  let asker: Promise<Asker> | undefined;
  const getAsker = (question: string) => {
    if (!isInteractive) throw nobodyToAsk(question, translate);
    asker ??= loadAsker(options, output);
    return asker;
  };
  return {
    isInteractive,
    lang: translate.lang,
    style,
    print: (text) => write(output, text),
    printError: (text) => write(stderr, text),
    askText: async (given) => {
      const question = typeof given === 'string' ? { message: given } : given;
      return (await getAsker(question.message)).askText(question);
    },
    askChoice: async (question) => (await getAsker(question.message)).askChoice(question),
    confirm: async (message, initial = true) => (await getAsker(message)).confirm(message, initial),
    progress: (total) =>
      makeProgress({
        total,
        translate,
        style,
        print: (text) => write(output, text),
        ...(isInteractive && !isPlain(env) ? { screen: output } : {}),
      }),
  };
}

/** A script must never hang at a question: what would be asked is refused, with the flag that answers it. */
function nobodyToAsk(question: string, translate: Translate): UserError {
  return new UserError('usage', translate('error.nobodyToAsk', { question }), translate('error.nobodyToAsk.hint'));
}

/** The same screen, for a library that colours without asking whether it may, and wraps at column 0 where the size is unknown. */
function toPaintable(output: Output, isColourless: boolean): Output {
  return new Proxy(output, {
    get: (target, name) => {
      if (name === 'columns') return target.columns || 80;
      if (name === 'write' && isColourless) return (text: string) => target.write(text.replace(/\u001b\[[\d;]*m/g, ''));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Screen readers and simple terminals get plain lines; the other asker is loaded only when it is needed. */
async function loadAsker({ stdin, env, translate }: TerminalOptions, output: Output): Promise<Asker> {
  if (isPlain(env)) {
    const { createPlainAsker } = await import('./terminal/plain-asker.ts');
    return createPlainAsker(stdin, output, translate);
  }
  const [clack, { createScreenAsker }] = await Promise.all([
    import('@clack/prompts'),
    import('./terminal/screen-asker.ts'),
  ]);
  const isColourless = createStyle(true, env).bold('') === '';
  return createScreenAsker(clack, stdin, toPaintable(output, isColourless), translate);
}

/** `ACCESSIBLE` is the convention of clack and charm; a dumb terminal cannot repaint. */
function isPlain(env: TerminalOptions['env']): boolean {
  return (env.ACCESSIBLE ?? '') !== '' || env.TERM === 'dumb';
}

function isCi(env: TerminalOptions['env']): boolean {
  const ci = env.CI ?? '';
  return (ci !== '' && ci !== 'false' && ci !== '0') || env.TF_BUILD !== undefined;
}
