import type { Answers, AnswerValue, ScheduleAnswer } from './answers.ts';
import type { Translate } from './messages/index.ts';
import type { Question } from './question.ts';

/** What a text means as an answer: its value, or why it cannot be one. */
export type ParsedAnswer = { readonly value: AnswerValue } | { readonly problem: string };

/** How "never by the clock" is written on a command line. */
export const NO_SCHEDULE = 'none';

/**
 * Reads an answer from the command line or the screen. Lists are given by repeating the flag.
 * Only the form is read here; whether the value will do is for `findProblems`, as for every other source.
 */
export function parseAnswer(question: Question, texts: readonly string[], translate: Translate): ParsedAnswer {
  const last = texts.at(-1) ?? '';
  switch (question.kind) {
    case 'text':
      return { value: last };
    case 'choice':
      return { value: last };
    case 'list':
      return { value: texts.filter((text) => text !== '') };
    case 'number':
      return parseNumber(last, translate);
    case 'switch':
      return parseSwitch(last, translate);
    case 'select':
      return { value: /^[1-9]\d{0,8}$/.test(last) ? Number(last) : last };
    case 'workers':
      return parseWorkers(last, translate);
    case 'schedules':
      return { value: texts.length === 1 && last === NO_SCHEDULE ? [] : texts.map((cron) => ({ cron: cron.trim() })) };
  }
}

/** The texts that `parseAnswer` would read back as this value. */
export function printAnswer(question: Question, value: AnswerValue): readonly string[] {
  if (Array.isArray(value)) {
    const items = value as readonly (string | ScheduleAnswer)[];
    if (items.length === 0) return [question.kind === 'schedules' ? NO_SCHEDULE : ''];
    return items.map((item) => (typeof item === 'string' ? item : item.cron));
  }
  return [typeof value === 'object' && 'min' in value ? `${value.min}-${value.max}` : String(value)];
}

/** The choices of a question as flags and help name them. */
export function listChoices(question: Question, soFar: Answers = {}): readonly string[] {
  return question.choices?.(soFar).map((choice) => choice.value) ?? [];
}

function parseNumber(text: string, translate: Translate): ParsedAnswer {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text)
    ? { value: Number(text) }
    : { problem: translate('problem.number', { received: JSON.stringify(text) }) };
}

function parseSwitch(text: string, translate: Translate): ParsedAnswer {
  if (text === '' || text === 'true') return { value: true };
  if (text === 'false') return { value: false };
  return { problem: translate('problem.boolean', { received: JSON.stringify(text) }) };
}

function parseWorkers(text: string, translate: Translate): ParsedAnswer {
  const range = /^(\d{1,4})-(\d{1,4})$/.exec(text);
  if (range) return { value: { min: Number(range[1]), max: Number(range[2]) } };
  return /^\d{1,4}$/.test(text) ? { value: Number(text) } : { problem: translate('rule.workers') };
}
