import { Cancelled, type Lang } from '../../packages/core/src/index.ts';
import { createStyle } from '../../packages/create-mlops-model/src/services/terminal/style.ts';
import type { Terminal, TextQuestion } from '../../packages/create-mlops-model/src/services/terminal.ts';

/** What the person does at one question: a text, a choice's value, yes or no, Enter (`undefined`), or Ctrl-C. */
export type Reply = string | boolean | undefined | typeof CTRL_C;

/** Ctrl-C at a question. */
export const CTRL_C = Symbol('Ctrl-C');

/** A terminal with a person who follows a script. */
export interface FakeTerminal extends Terminal {
  /** Everything printed, a line each. */
  readonly printed: readonly string[];
  /** Everything printed on stderr. */
  readonly errors: readonly string[];
  /** Questions that were asked, as they stood on the screen. */
  readonly asked: readonly string[];
}

/** A terminal that answers from the list, in order. A question too many, or an answer that its check refuses, throws. */
export function fakeTerminal(replies: readonly Reply[] = [], lang: Lang = 'en', isInteractive = true): FakeTerminal {
  const printed: string[] = [];
  const errors: string[] = [];
  const asked: string[] = [];
  const rest = [...replies];
  const reply = <Value>(message: string, initial: Value | undefined): Value => {
    asked.push(message);
    if (rest.length === 0) throw new Error(`nobody was to be asked: ${message}`);
    const next = rest.shift();
    if (next === CTRL_C) throw new Cancelled();
    const value = next === undefined ? initial : (next as Value);
    if (value === undefined) throw new Error(`Enter at a question without a proposal: ${message}`);
    return value;
  };
  return {
    isInteractive,
    lang,
    style: createStyle(false, {}),
    printed,
    errors,
    asked,
    print: (text) => printed.push(...text.split('\n')),
    printError: (text) => errors.push(...text.split('\n')),
    askText: async (given) => {
      const { message, initial, check }: TextQuestion = typeof given === 'string' ? { message: given } : given;
      const text = reply(message, initial);
      const problem = check?.(text);
      if (problem !== undefined) throw new Error(`refused: ${problem}`);
      return text;
    },
    askChoice: async ({ message, choices, initial }) => {
      const value = reply(message, initial);
      if (!choices.some((choice) => choice.value === value)) throw new Error(`"${value}" is no choice of: ${message}`);
      return value;
    },
    confirm: async (message, initial = true) => reply(message, initial),
    progress: () => ({
      start: () => {},
      step: (name, phase) => printed.push(`${phase} ${name}`),
      advance: () => {},
      end: () => '0.0',
    }),
  };
}
