import { listChoices } from '@create-mlops-model/core/answer-text';
import { isMessageKey, type Translate } from '@create-mlops-model/core/messages/index';
import type { Question } from '@create-mlops-model/core/question';
import { questions } from '@create-mlops-model/core/questions';
import { type Command, commands, toInvocation } from './commands.ts';
import { type FlagRow, globalFlags } from './flag-rows.ts';

type Row = readonly [left: string, right: string];

/** What `--help` prints: of one command, or of all. */
export function describeHelp(command: Command | undefined, version: string, translate: Translate): string {
  return `${(command === undefined ? describeAll : describeOne)(command as Command, version, translate).join('\n')}\n`;
}

function describeAll(_: Command, version: string, translate: Translate): string[] {
  const call = toInvocation(version);
  return [
    `create-mlops-model ${version}`,
    '',
    translate('help.intro'),
    '',
    ...section(
      translate('help.usage'),
      commands.map((each) => [`${call} ${usage(each)}`, translate(each.summary)]),
    ),
    ...section(
      translate('help.global'),
      globalFlags.map((row) => flagRow(row, translate)),
    ),
    ...list(translate('help.exitCodes'), [translate('help.exitCodes.text')]),
    ...list(translate('help.secrets'), [translate('help.secrets.text')]),
    translate('help.more', { command: `${call} create --help` }),
  ];
}

function describeOne(command: Command, version: string, translate: Translate): string[] {
  const call = toInvocation(version);
  const answers = (asked: Question['asked']) =>
    command.takesAnswers
      ? questions.filter((question) => question.asked === asked).map((question) => questionRow(question, translate))
      : [];
  const argument = [command.argument, command.secondArgument].flatMap((each): Row[] =>
    each === undefined ? [] : [[`[${each.name}]`, translate(each.summary)]],
  );
  return [
    translate(command.summary),
    '',
    ...list(translate('help.usage'), [`${call} ${usage(command)} [--flags]`]),
    ...section(translate('help.flags'), [...argument, ...command.flags.map((row) => flagRow(row, translate))]),
    ...section(translate('help.answers'), answers('always')),
    ...section(translate('help.answersAzure'), answers('azure')),
    ...section(translate('help.answersFile'), answers('never')),
    ...section(
      translate('help.global'),
      globalFlags.map((row) => flagRow(row, translate)),
    ),
    ...list(
      translate('help.examples'),
      command.examples.map((example) => `${call} ${example}`),
    ),
  ];
}

function usage({ name, argument, secondArgument }: Command): string {
  const first = argument?.choices?.join('|') ?? (argument && `[${argument.name}]`);
  const second = secondArgument && `[${secondArgument.name}]`;
  return [name, first, second].filter((word) => word !== undefined).join(' ');
}

function flagRow(row: FlagRow, translate: Translate): Row {
  const short = row.short === undefined ? '' : `, -${row.short}`;
  const value = row.value === undefined ? '' : ` <${row.value}>`;
  return [`${row.flag}${value}${short}`, translate(row.summary)];
}

function questionRow(question: Question, translate: Translate): Row {
  // Most comments of `mlops.yaml` serve here too; the others have words of their own.
  const own = `help.answer.${question.name}`;
  const field = isMessageKey(own) ? own : `field.${question.path.filter((step) => step !== '*').join('.')}`;
  const text = isMessageKey(field) ? translate(field) : question.path.join('.');
  const choices = listChoices(question);
  // A choice is named once: either the field's text lists it, or we do.
  const listed = choices.every((choice) => text.includes(choice));
  const more = [
    ...(choices.length > 0 && !listed ? [translate('help.choices', { choices: choices.join(', ') })] : []),
    ...(question.kind === 'list' || question.kind === 'schedules' ? [translate('help.repeatable')] : []),
  ];
  const value = question.kind === 'switch' ? '' : ` <${question.path.filter((step) => step !== '*').at(-1)}>`;
  return [`${question.flag}${value}`, more.length === 0 ? text : `${text} (${more.join('; ')})`];
}

function list(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => `  ${line}`), ''];
}

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([left]) => left.length));
  return list(
    title,
    rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`),
  );
}
