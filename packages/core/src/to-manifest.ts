import * as v from 'valibot';
import type { AnswerName, Answers, AnswerValue } from './answers.ts';
import { UserError } from './errors.ts';
import { type Manifest, ManifestSchema } from './manifest.ts';
import { createTranslate, type Translate } from './messages/index.ts';
import { findProblems, type Problem, printPath } from './problems.ts';
import type { AskingContext, Question } from './question.ts';
import { questions } from './questions.ts';

/** Answers that came without a machine: tests, files. */
const NOWHERE: AskingContext = { lang: 'en', timeZone: 'UTC', directory: undefined };

/** The answers with the default of every question that is still open; what has none stays open. */
export function completeAnswers(answers: Answers, context: AskingContext = NOWHERE): Answers {
  return questions.reduce<Answers>((soFar, question) => {
    if (soFar[question.name] !== undefined) return soFar;
    // The machine's time zone takes long to find out; where no schedule waits for it, nothing does.
    if (question.name === 'timeZone' && question.when?.(soFar) === false) return soFar;
    const value = question.fallback?.(soFar, context);
    return value === undefined ? soFar : withAnswer(soFar, question.name, value);
  }, answers);
}

/** The answers and one more. The caller has checked that the value fits the question. */
export function withAnswer(answers: Answers, name: AnswerName, value: AnswerValue): Answers {
  return { ...answers, [name]: value };
}

/**
 * The manifest that the answers make, open questions taken by their defaults.
 * @throws UserError `usage`, naming everything that is wrong
 */
export function toManifest(answers: Answers, translate: Translate = createTranslate('en')): Manifest {
  const value = toPartialManifest(completeAnswers(answers, { ...NOWHERE, lang: translate.lang }));
  const problems = findProblems(value, { partial: false }, translate);
  if (problems.length > 0) throw answersError(problems, translate);
  return v.parse(ManifestSchema, value);
}

/** The part of a manifest that the answers fill, unchecked. */
export function toPartialManifest(answers: Answers): Readonly<Record<string, unknown>> {
  const manifest: Record<string, unknown> = { version: 1 };
  for (const question of questions) {
    const value = valueFor(question, answers);
    if (value !== undefined) put(manifest, question.path, value);
  }
  return manifest;
}

/** The answers that a manifest, or a part of one, holds. Empty texts are open questions. */
export function fromManifest(manifest: unknown): Answers {
  return questions.reduce<Answers>((answers, question) => {
    const value = question.name === 'timeZone' ? undefined : find(manifest, question.path);
    return value === undefined || value === '' ? answers : withAnswer(answers, question.name, value as AnswerValue);
  }, {});
}

/** Everything wrong with the answers, each with the flag that gives it. */
export function findAnswerProblems(answers: Answers, translate: Translate): readonly Problem[] {
  // A time zone is checked inside a schedule, which is where it goes; without one yet, inside a stand-in.
  const alone = answers.timeZone !== undefined && (answers.schedules ?? []).length === 0;
  const checked = alone ? { ...answers, schedules: [{ cron: '0 0 * * *' }] } : answers;
  return findProblems(toPartialManifest(checked), { partial: true }, translate);
}

/** What is wrong with one value for one question, given the answers before it, as the prompt shows it; `undefined` if it will do. */
export function checkAnswer(
  question: Question,
  value: AnswerValue,
  translate: Translate,
  soFar: Answers = {},
): string | undefined {
  return findAnswerProblems({ ...soFar, [question.name]: value }, translate)[0]?.message;
}

/** One error for all problems with answers: a line each, with flag and field. */
export function answersError(problems: readonly Problem[], translate: Translate): UserError {
  const lines = problems.map((problem) => {
    const question = questionAt(problem.path);
    const where = question === undefined ? printPath(problem.path) : `${question.flag} (${printPath(problem.path)})`;
    return `  ${where}: ${problem.message}`;
  });
  return new UserError(
    'usage',
    [translate('error.answers', { count: problems.length }), ...lines].join('\n'),
    translate('error.answers.hint'),
  );
}

/** The question whose field lies at the path, or holds it. */
export function questionAt(path: Problem['path']): Question | undefined {
  const found = questions.filter(({ path: steps }) => {
    return path.length >= steps.length && steps.every((step, index) => step === '*' || step === path[index]);
  });
  // The longest path is the nearest: a schedule's time zone rather than the schedules.
  return found.sort((a, b) => b.path.length - a.path.length)[0];
}

function valueFor(question: Question, answers: Answers): unknown {
  if (question.name === 'timeZone') return undefined; // It travels inside the schedules.
  if (question.name !== 'schedules') return answers[question.name];
  const { timeZone } = answers;
  return answers.schedules?.map((schedule) => (timeZone === undefined ? schedule : { timeZone, ...schedule }));
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  target[key] ??= {};
  put(target[key] as Record<string, unknown>, rest, value);
}

function find(node: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    node,
  );
}
