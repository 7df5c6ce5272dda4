import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Cancelled } from '@create-mlops-model/core/errors';
import type { Translate } from '@create-mlops-model/core/messages/index';
import type { Asker, Output } from '../terminal.ts';

/** Questions as plain lines with numbered choices: nothing is repainted, so screen readers and dumb terminals follow. */
export function createPlainAsker(input: Readable, output: Output, translate: Translate): Asker {
  const say = (text: string) => output.write(`${text}\n`);
  const askText: Asker['askText'] = async ({ message, initial, check }) => {
    for (;;) {
      const typed = (
        await readLine(input, output, `${message}${initial === undefined ? '' : ` [${initial}]`} `)
      ).trim();
      const problem = typed === '' && initial === undefined ? translate('question.required') : undefined;
      const wrong = problem ?? (typed === '' ? undefined : check?.(typed));
      if (wrong === undefined) return typed === '' ? (initial ?? '') : typed;
      say(wrong);
    }
  };
  return {
    askText,
    askChoice: async ({ message, choices, initial }) => {
      say(message);
      for (const [index, { label, hint }] of choices.entries()) {
        say(`  ${index + 1}. ${label}${hint === undefined ? '' : ` (${hint})`}`);
      }
      const proposed = choices.findIndex((choice) => choice.value === initial);
      const range = translate('question.number', { last: choices.length });
      const pick = (typed: string) => choices[Number(typed) - 1] ?? choices.find((choice) => choice.value === typed);
      const check = (typed: string) => (pick(typed) === undefined ? range : undefined);
      const typed = await askText({
        message: range,
        check,
        ...(proposed < 0 ? {} : { initial: String(proposed + 1) }),
      });
      return pick(typed)?.value ?? '';
    },
    confirm: async (message, initial) => {
      const [yes, no] = [translate('question.yes'), translate('question.no')];
      const isYes = (typed: string) => typed.toLowerCase() === yes.toLowerCase() || /^[yo]$/i.test(typed);
      const isNo = (typed: string) => typed.toLowerCase() === no.toLowerCase() || /^n$/i.test(typed);
      const check = (typed: string) => (isYes(typed) || isNo(typed) ? undefined : translate('question.yesNo'));
      return isYes(await askText({ message, check, initial: initial ? yes : no }));
    },
  };
}

/** One line; a new reader each time, so that nobody else's input is held back. */
function readLine(input: Readable, output: Output, prompt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    output.write(prompt);
    // Without line editing of its own it writes nothing but what we write; the terminal edits the line.
    const reader = createInterface({ input, terminal: false });
    let typed: string | undefined;
    // So Ctrl-C arrives as a signal, and it means this question, not the work that others would stop.
    const others = process.listeners('SIGINT');
    const interrupt = () => reader.close();
    process.removeAllListeners('SIGINT').on('SIGINT', interrupt);
    reader.once('close', () => {
      process.off('SIGINT', interrupt);
      for (const other of others) process.on('SIGINT', other);
      if (typed !== undefined) return resolve(typed);
      output.write('\n');
      reject(new Cancelled());
    });
    reader.once('line', (line) => {
      typed = line;
      reader.close();
    });
  });
}
