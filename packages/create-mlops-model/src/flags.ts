import { parseArgs } from 'node:util';
import { parseAnswer } from '@create-mlops-model/core/answer-text';
import type { Answers } from '@create-mlops-model/core/answers';
import { findClosest } from '@create-mlops-model/core/closest';
import { UserError } from '@create-mlops-model/core/errors';
import type { Translate } from '@create-mlops-model/core/messages/index';
import type { Question } from '@create-mlops-model/core/question';
import { questions } from '@create-mlops-model/core/questions';
import { isSecretName } from '@create-mlops-model/core/text-rules';
import type { Flags } from './command.ts';
import { type Command, commands, findCommand, toInvocation } from './commands.ts';
import { type FlagRow, globalFlags } from './flag-rows.ts';

/** A command line, taken apart. */
export interface CommandLine {
  readonly command: Command;
  readonly flags: Flags;
  readonly positionals: readonly string[];
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
}

interface Token {
  readonly flag: string;
  readonly value: string | undefined;
  readonly inline: boolean;
}

/**
 * Reads a command line. Nothing is asked or written before it is clean.
 * @throws UserError `usage` for an unknown command or flag, a missing value, a word too many, a secret
 */
export function parseCommandLine(argv: readonly string[], version: string, translate: Translate): CommandLine {
  // npm, yarn and pnpm differ in whether a `--` of theirs reaches us; it means nothing to us.
  const args = argv.filter((word) => word !== '--');
  const { tokens, words } = split(args);
  const named = findCommand(words[0] ?? '');
  const command = named ?? (commands[0] as Command);
  const positionals = named === undefined ? words : words.slice(1);
  const help = `${toInvocation(version)} ${named === undefined ? '' : `${command.name} `}--help`;
  const wants = (key: string) => tokens.some((token) => findRow(token.flag, command)?.key === key);
  const wantsHelp = wants('help') || (named === undefined && words[0] === 'help');
  if (wantsHelp || wants('version')) {
    return { command, flags: noFlags, positionals, wantsHelp, wantsVersion: !wantsHelp };
  }
  // Flags before words: the value of a flag that we do not know would pass for a word too many, and a secret be repeated.
  refuseSecrets(tokens, translate);
  if (named === undefined) refuseNearCommand(words[0], help, translate);
  refuseUnknownFlags(tokens, command, help, translate);
  checkWords(command, positionals, help, translate);
  const flags = toFlags(tokens, command, help, translate);
  return { command, flags, positionals, wantsHelp: false, wantsVersion: false };
}

const noFlags: Flags = {
  noInteractive: false,
  json: false,
  debug: false,
  yes: false,
  dryRun: false,
  filesOnly: false,
  takeOver: false,
  continue: false,
  check: false,
  step: false,
  undo: false,
  eject: false,
  giveBack: false,
  now: false,
  files: false,
  answers: {},
};

/** Every flag of every command is known here, so that a value is never taken for a word. */
function split(args: readonly string[]): { readonly tokens: readonly Token[]; readonly words: readonly string[] } {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const row of [...globalFlags, ...commands.flatMap((command) => command.flags)]) {
    const short = row.short === undefined ? {} : { short: row.short };
    options[row.flag.slice(2)] = { type: row.value === undefined ? 'boolean' : 'string', ...short };
  }
  for (const { flag, kind } of questions) {
    options[flag.slice(2)] = { type: kind === 'switch' ? 'boolean' : 'string' };
  }
  const parsed = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const tokens: Token[] = [];
  const words: string[] = [];
  for (const token of parsed.tokens) {
    if (token.kind === 'positional') words.push(token.value);
    // `rawName` keeps `-x` and `--no-x` apart from `--x`.
    if (token.kind === 'option') {
      const short = Object.entries(options).find(([, option]) => token.rawName === `-${option.short}`);
      const flag = short === undefined ? token.rawName : `--${short[0]}`;
      tokens.push({ flag, value: token.value, inline: token.inlineValue === true });
    }
  }
  return { tokens, words };
}

function findRow(flag: string, command: Command): FlagRow | undefined {
  return [...globalFlags, ...command.flags].find((row) => row.flag === flag);
}

function findQuestion(flag: string, command: Command): Question | undefined {
  return command.takesAnswers ? questions.find((question) => question.flag === flag) : undefined;
}

/** `--no-gpu` answers the question of `--gpu`. */
function findSwitchedOff(flag: string, command: Command): Question | undefined {
  const question = flag.startsWith('--no-') ? findQuestion(`--${flag.slice(5)}`, command) : undefined;
  return question?.kind === 'switch' ? question : undefined;
}

function refuseUnknownFlags(tokens: readonly Token[], command: Command, help: string, translate: Translate): void {
  for (const { flag } of tokens) {
    if (findRow(flag, command) ?? findQuestion(flag, command) ?? findSwitchedOff(flag, command)) continue;
    throw unknownFlag(flag, command, help, translate);
  }
}

function toFlags(tokens: readonly Token[], command: Command, help: string, translate: Translate): Flags {
  const values: Record<string, string | boolean> = {};
  const texts = new Map<Question, string[]>();
  for (const token of tokens) {
    const off = findSwitchedOff(token.flag, command);
    const question = findQuestion(token.flag, command) ?? off;
    if (question !== undefined) {
      const text = question.kind === 'switch' ? (token.value ?? String(question !== off)) : getValue(token, translate);
      texts.set(question, [...(texts.get(question) ?? []), text]);
      continue;
    }
    const row = findRow(token.flag, command);
    if (row === undefined) throw new Error(`${token.flag} has passed for a flag that is known`);
    if (row.key in values && row.value !== undefined) {
      throw new UserError(
        'usage',
        translate('error.flagTwice', { flag: row.flag }),
        translate('error.seeHelp', { help }),
      );
    }
    values[row.key] = row.value === undefined ? getSwitch(token, translate) : getChoice(row, token, translate);
  }
  const { name, ...rest } = values;
  const answers = toAnswers(texts, translate);
  return { ...noFlags, ...rest, answers: typeof name === 'string' ? { ...answers, name } : answers };
}

function getSwitch(token: Token, translate: Translate): true {
  if (token.inline) throw new UserError('usage', translate('error.flagNoValue', { flag: token.flag }));
  return true;
}

/** A value that begins with two dashes is the next flag, unless it is written `--flag=--value`. */
function getValue(token: Token, translate: Translate): string {
  if (token.value !== undefined && (token.inline || !token.value.startsWith('--'))) return token.value;
  throw new UserError('usage', translate('error.flagValue', { flag: token.flag }));
}

function getChoice(row: FlagRow, token: Token, translate: Translate): string {
  const value = getValue(token, translate);
  if (row.choices === undefined || row.choices.includes(value)) return value;
  throw new UserError('usage', translate('error.flagChoice', { flag: row.flag, choices: row.choices.join(', ') }));
}

function toAnswers(texts: ReadonlyMap<Question, readonly string[]>, translate: Translate): Answers {
  const answers: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [question, given] of texts) {
    const repeatable = question.kind === 'list' || question.kind === 'schedules';
    if (given.length > 1 && !repeatable) problems.push(translate('error.flagTwice', { flag: question.flag }));
    const parsed = parseAnswer(question, given, translate);
    if ('problem' in parsed) problems.push(`${question.flag}: ${parsed.problem}`);
    else answers[question.name] = parsed.value;
  }
  if (problems.length === 0) return answers;
  const lines = problems.map((problem) => `  ${problem}`);
  throw new UserError(
    'usage',
    [translate('error.answers', { count: problems.length }), ...lines].join('\n'),
    translate('error.answers.hint'),
  );
}

function refuseSecrets(tokens: readonly Token[], translate: Translate): void {
  const secret = tokens.find(({ flag }) => isSecretName(flag));
  if (secret === undefined) return;
  const { flag } = secret;
  throw new UserError('usage', translate('error.secretFlag', { flag }), translate('error.secretFlag.hint'));
}

function unknownFlag(flag: string, command: Command, help: string, translate: Translate): UserError {
  const answers = command.takesAnswers ? questions : [];
  const known = [...globalFlags, ...command.flags, ...answers].map((row) => row.flag);
  const closest = findClosest(flag, known);
  return new UserError(
    'usage',
    translate('error.unknownFlag', { flag, command: command.name }),
    closest === undefined ? translate('error.seeHelp', { help }) : translate('error.didYouMean', { closest, help }),
  );
}

/** `plam` is more likely a misspelt command than a folder; `./plam` or `create plam` says folder. */
function refuseNearCommand(word: string | undefined, help: string, translate: Translate): void {
  if (word === undefined || !/^[a-z]+$/i.test(word)) return;
  const closest = findClosest(word, [...commands.map((command) => command.name), 'help']);
  if (closest === undefined) return;
  throw new UserError(
    'usage',
    translate('error.unknownCommand', { word }),
    `${translate('error.didYouMean', { closest, help })}\n${translate('error.folderMeant', { word })}`,
  );
}

function checkWords(command: Command, words: readonly string[], help: string, translate: Translate): void {
  const allowed = [command.argument, command.secondArgument].filter((each) => each !== undefined).length;
  const extra = words[allowed];
  if (extra !== undefined) {
    throw new UserError(
      'usage',
      translate('error.tooManyWords', { word: extra, command: command.name }),
      `${translate('error.quoting')} ${translate('error.seeHelp', { help })}`,
    );
  }
  const choices = command.argument?.choices;
  if (choices !== undefined && !choices.includes(words[0] ?? '')) {
    const flag = command.name;
    throw new UserError(
      'usage',
      translate('error.flagChoice', { flag, choices: choices.join(', ') }),
      translate('error.seeHelp', { help }),
    );
  }
}
