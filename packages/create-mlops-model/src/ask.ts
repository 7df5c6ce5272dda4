import { basename, resolve } from 'node:path';
import {
  type Answers,
  type AnswerValue,
  type AskingContext,
  answersError,
  checkAnswer,
  completeAnswers,
  findAnswerProblems,
  fromManifest,
  type Manifest,
  parseAnswer,
  printAnswer,
  type Question,
  questions,
  type Translate,
  UserError,
  withAnswer,
} from '@create-mlops-model/core';
import type { CommandContext, TargetKind } from './command.ts';
import { toCommandLine } from './repeat-command.ts';
import type { Terminal } from './services/terminal.ts';

/** What the questions led to. */
export interface Asked {
  /** Complete: defaults stand where nothing else was said. `toManifest` makes the manifest of them. */
  readonly answers: Answers;
  readonly target: TargetKind;
  /** Whether somebody was asked anything. */
  readonly wasAsked: boolean;
  /** The line that does the same without asking. */
  readonly commandLine: string;
}

/** What asking needs of the run. */
export interface AskOptions {
  readonly context: Pick<CommandContext, 'flags' | 'cwd' | 'env' | 'terminal' | 'translate' | 'version'>;
  /** Folder as it was typed. */
  readonly directory: string | undefined;
  /** A manifest to go on from (`--continue`): only what it leaves empty is asked. */
  readonly manifest?: Manifest;
  /** Reads a file that a person named. */
  readonly readText: (path: string) => string;
  /** The Python that a model on the sandbox gets where nobody names one: its jobs and pipelines run on this machine. */
  readonly findPython?: () => Promise<string | undefined>;
}

/**
 * Gathers the answers: flags, then `--answers`, then the defaults file, then the person, then defaults.
 * @throws UserError `usage`, naming everything that is wrong or missing; Cancelled on Ctrl-C
 */
export async function ask(options: AskOptions): Promise<Asked> {
  const { context, directory, manifest, readText } = options;
  const { flags, cwd, terminal, translate } = context;
  const base = manifest === undefined ? {} : fromManifest(manifest);
  const given = { ...base, ...(await readFiles(context, readText)), ...flags.answers };
  const problems = findAnswerProblems(given, translate);
  if (problems.length > 0) throw answersError(problems, translate);
  // Going on with a model means taking it to Azure.
  const toAzure = manifest !== undefined || given.organization !== undefined;
  const target = flags.target ?? (toAzure ? 'azure' : 'sandbox');
  const asking: AskingContext = {
    lang: translate.lang,
    // Read by a question that needs it, and by no other: Intl takes 13 ms to say it.
    get timeZone() {
      return findTimeZone();
    },
    directory: nameOf(directory, cwd),
  };
  const mayAsk = terminal.isInteractive && !flags.yes;
  if (!mayAsk) refuseMissing(given, target, asking, flags.yes, translate);
  const prompted =
    mayAsk && openQuestions(given, target).length > 0 ? await prompt(given, target, asking, terminal, translate) : {};
  const python = target === 'sandbox' && given.python === undefined ? await options.findPython?.() : undefined;
  const found = python === undefined ? {} : { python };
  const answers = completeAnswers({ ...given, ...prompted, ...found }, asking);
  const late = findAnswerProblems(answers, translate);
  if (late.length > 0) throw answersError(late, translate);
  const own = { ...flags.answers, ...prompted, ...found };
  const commandLine = toCommandLine({ flags, directory, answers: own, target, version: context.version });
  return { answers, target, wasAsked: Object.keys(prompted).length > 0, commandLine };
}

/** The questions that nobody has answered and that matter, in order. */
function openQuestions(answers: Answers, target: TargetKind): readonly Question[] {
  return questions.filter((question) => isOpen(question, answers, target));
}

function isOpen(question: Question, answers: Answers, target: TargetKind): boolean {
  return (
    answers[question.name] === undefined &&
    (question.asked === 'always' || (question.asked === 'azure' && target === 'azure')) &&
    (question.when?.(answers) ?? true)
  );
}

async function prompt(
  given: Answers,
  target: TargetKind,
  asking: AskingContext,
  terminal: Terminal,
  translate: Translate,
): Promise<Answers> {
  let soFar = given;
  let prompted: Answers = {};
  terminal.print(translate('create.asking'));
  const next = () => openQuestions(soFar, target)[0];
  for (let question = next(); question !== undefined; question = next()) {
    const value = await askOne(question, soFar, asking, terminal, translate);
    soFar = withAnswer(soFar, question.name, value);
    prompted = withAnswer(prompted, question.name, value);
  }
  return prompted;
}

async function askOne(
  question: Question,
  soFar: Answers,
  asking: AskingContext,
  terminal: Terminal,
  translate: Translate,
): Promise<AnswerValue> {
  const message = question.prompt === undefined ? question.flag : translate(question.prompt);
  const fallback = question.fallback?.(soFar, asking);
  const initial = fallback === undefined ? undefined : printAnswer(question, fallback).join(' ');
  if (question.choices !== undefined) {
    const choices = question
      .choices(soFar)
      .map(({ value, label }) => ({ value, label: translate(label), hint: value }));
    return terminal.askChoice({ message, choices, ...(initial === undefined ? {} : { initial }) });
  }
  const check = (text: string) => {
    const parsed = parseAnswer(question, [text], translate);
    return 'problem' in parsed ? parsed.problem : checkAnswer(question, parsed.value, translate, soFar);
  };
  const text = await terminal.askText({ message, check, ...(initial === undefined ? {} : { initial }) });
  const parsed = parseAnswer(question, [text], translate);
  if ('problem' in parsed) throw new Error(`the terminal let a wrong answer through: ${parsed.problem}`);
  return parsed.value;
}

/** Without a person, an answer comes from a flag, a file, or a default that `--yes` agreed to. All that is missing is named at once. */
function refuseMissing(
  given: Answers,
  target: TargetKind,
  asking: AskingContext,
  yes: boolean,
  translate: Translate,
): void {
  const missing = listMissing(given, target, asking, yes);
  if (missing.length === 0) return;
  const lines = missing.map(({ question, fallback }) => {
    const text = question.prompt === undefined ? '' : `  ${translate(question.prompt)}`;
    const shown = fallback === undefined ? '' : `  (${translate('error.missing.default', { value: fallback })})`;
    return `  ${question.flag}${text}${shown}`;
  });
  const allHaveDefaults = missing.every(({ fallback }) => fallback !== undefined);
  throw new UserError(
    'usage',
    [translate('error.missing', { count: missing.length }), ...lines].join('\n'),
    translate(allHaveDefaults ? 'error.missing.hint' : 'error.missing.hintNoDefault'),
  );
}

interface Missing {
  readonly question: Question;
  readonly fallback: string | undefined;
}

function listMissing(given: Answers, target: TargetKind, asking: AskingContext, yes: boolean): readonly Missing[] {
  const missing: Missing[] = [];
  let soFar = given;
  for (const question of questions) {
    if (!isOpen(question, soFar, target)) continue;
    const fallback = question.fallback?.(soFar, asking);
    // Later questions depend on this one's default, as they would when asked.
    if (fallback !== undefined) soFar = withAnswer(soFar, question.name, fallback);
    if (fallback !== undefined && yes) continue;
    missing.push({
      question,
      fallback: fallback === undefined ? undefined : printAnswer(question, fallback).join(' '),
    });
  }
  return missing;
}

async function readFiles(
  { flags, cwd, env, translate }: AskOptions['context'],
  readText: AskOptions['readText'],
): Promise<Answers> {
  const read = async (file: string | undefined): Promise<Answers> => {
    if (file === undefined) return {};
    const text = readNamed(file, cwd, readText, translate);
    // Loaded where there is YAML to read, and not otherwise.
    const { parseAnswers } = await import('@create-mlops-model/core/manifest-text');
    return parseAnswers(text, file, translate);
  };
  const defaults = await read(flags.defaultsFile ?? (env.MLOPS_DEFAULTS || undefined));
  return { ...defaults, ...(await read(flags.answersFile)) };
}

/** What an organisation answers for all its teams. @throws UserError `usage` where the file cannot be read */
export async function readDefaults(context: AskOptions['context'], readText: AskOptions['readText']): Promise<Answers> {
  const { answersFile: _ofOneModel, ...flags } = context.flags;
  return readFiles({ ...context, flags }, readText);
}

function readNamed(file: string, cwd: string, readText: AskOptions['readText'], translate: Translate): string {
  try {
    return readText(resolve(cwd, file));
  } catch (error) {
    // The system's short word (ENOENT, EACCES, EISDIR); its sentence repeats the path in English.
    const detail = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UserError(
      'usage',
      translate('error.cannotRead', { file, detail }),
      translate('error.cannotRead.hint', { directory: cwd }),
      { cause: error },
    );
  }
}

/** The folder's own name; `.` is the folder we are in. */
function nameOf(directory: string | undefined, cwd: string): string | undefined {
  return directory === undefined ? undefined : basename(resolve(cwd, directory));
}

function findTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
