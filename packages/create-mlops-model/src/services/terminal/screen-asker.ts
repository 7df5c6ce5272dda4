import type { Readable } from 'node:stream';
import { Cancelled } from '@create-mlops-model/core/errors';
import type { Translate } from '@create-mlops-model/core/messages/index';
import type { Asker, Clack, Output } from '../terminal.ts';

/** Questions that are repainted in place, by clack. */
export function createScreenAsker(
  { confirm, isCancel, select, text }: Clack,
  input: Readable,
  output: Output,
  translate: Translate,
): Asker {
  /** The one place where clack's mark for Ctrl-C becomes an error. */
  const answered = <Value>(value: Value): Exclude<Value, symbol> => {
    if (isCancel(value)) throw new Cancelled();
    return value as Exclude<Value, symbol>;
  };
  return {
    askText: async ({ message, initial, check }) => {
      const proposal = initial === undefined ? {} : { placeholder: initial, defaultValue: initial };
      const validate = (value: string | undefined) => {
        // Enter alone takes the proposal, which clack fills in only after this.
        if ((value ?? '') === '') return initial === undefined ? translate('question.required') : undefined;
        return check?.(value ?? '');
      };
      return answered(await text({ message, validate, ...proposal, input, output }));
    },
    askChoice: async ({ message, choices, initial }) => {
      const options = choices.map(({ value, label, hint }) => ({
        value,
        label,
        ...(hint === undefined ? {} : { hint }),
      }));
      const start = initial === undefined ? {} : { initialValue: initial };
      // Its instructions are in English only; arrows and Enter are what everybody tries first.
      return answered(await select({ message, options, ...start, showInstructions: false, input, output }));
    },
    confirm: async (message, initial) => {
      const words = { active: translate('question.yes'), inactive: translate('question.no') };
      return answered(await confirm({ message, initialValue: initial, ...words, input, output }));
    },
  };
}
