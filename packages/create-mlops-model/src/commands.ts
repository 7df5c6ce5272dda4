import type { MessageKey } from '@create-mlops-model/core/messages/index';
import type { FlagRow } from './flag-rows.ts';
import * as flag from './flag-rows.ts';

/** One command: what `--help` says about it and what the command line may hold. */
export interface Command {
  readonly name: CommandName;
  readonly summary: MessageKey;
  readonly flags: readonly FlagRow[];
  /** Whether the questions' flags are its flags too. */
  readonly takesAnswers: boolean;
  /** The word that may follow its name. */
  readonly argument?: { readonly name: string; readonly summary: MessageKey; readonly choices?: readonly string[] };
  /** The word that may follow that one. */
  readonly secondArgument?: { readonly name: string; readonly summary: MessageKey };
  /** Arguments of `npx create-mlops-model`, as one would type them. */
  readonly examples: readonly string[];
}

/** Name of a command. */
export type CommandName =
  | 'create'
  | 'plan'
  | 'apply'
  | 'destroy'
  | 'doctor'
  | 'join'
  | 'feature'
  | 'schedule'
  | 'update'
  | 'own'
  | 'status'
  | 'rollback'
  | 'sandbox'
  | 'rehearse';

/** Every command; the first is the default. */
export const commands: readonly Command[] = [
  {
    name: 'create',
    summary: 'help.command.create',
    flags: [flag.continueFlag, flag.yes, flag.filesOnly, flag.takeOver, flag.dryRun],
    takesAnswers: true,
    argument: { name: 'dir', summary: 'help.argument.dir' },
    examples: [
      'ottawa-over-asking',
      'ottawa-over-asking --yes',
      'flood-risk --task regression --metric mae --schedule "0 6 * * MON" --time-zone America/Toronto',
      '--answers answers.yaml --yes --json',
      '. --continue --target azure',
    ],
  },
  {
    name: 'plan',
    summary: 'help.command.plan',
    flags: [flag.check, flag.from],
    takesAnswers: false,
    examples: ['plan', 'plan --check --json', 'plan --from worktree'],
  },
  {
    name: 'apply',
    summary: 'help.command.apply',
    flags: [flag.yes, flag.takeOver, flag.dryRun],
    takesAnswers: false,
    examples: ['apply', 'apply --yes'],
  },
  {
    name: 'destroy',
    summary: 'help.command.destroy',
    flags: [flag.yes, flag.name, flag.dryRun],
    takesAnswers: false,
    examples: ['destroy', 'destroy --yes --name ottawa-over-asking'],
  },
  {
    name: 'join',
    summary: 'help.command.join',
    flags: [flag.dryRun],
    takesAnswers: false,
    argument: { name: 'url', summary: 'help.argument.url' },
    secondArgument: { name: 'dir', summary: 'help.argument.joinDir' },
    examples: [
      'join https://dev.azure.com/contoso/ml/_git/ottawa-over-asking',
      'join https://dev.azure.com/contoso/ml/_git/ottawa-over-asking --dry-run',
    ],
  },
  {
    name: 'feature',
    summary: 'help.command.feature',
    flags: [flag.yes, flag.dryRun],
    takesAnswers: false,
    argument: { name: 'action', summary: 'help.argument.feature', choices: ['start', 'finish'] },
    secondArgument: { name: 'name', summary: 'help.argument.featureName' },
    examples: ['feature start more-rows', 'feature finish --dry-run', 'feature finish'],
  },
  {
    name: 'schedule',
    summary: 'help.command.schedule',
    flags: [flag.timeZone, flag.dryRun],
    takesAnswers: false,
    argument: { name: 'cron', summary: 'help.argument.cron' },
    examples: [
      'schedule "0 6 * * MON" --in America/Toronto',
      'schedule "30 5 1 * *" --in UTC --dry-run',
      'schedule none',
    ],
  },
  {
    name: 'update',
    summary: 'help.command.update',
    flags: [flag.check, flag.dryRun, flag.conflict, flag.undo, flag.eject],
    takesAnswers: false,
    examples: ['update', 'update --dry-run', 'update --check --json', 'update --conflict=markers', 'update --undo'],
  },
  {
    name: 'own',
    summary: 'help.command.own',
    flags: [flag.giveBack],
    takesAnswers: false,
    argument: { name: 'path', summary: 'help.argument.ownPath' },
    examples: ['own pipelines/deploy/Dockerfile', 'own pipelines/deploy/Dockerfile --give-back'],
  },
  {
    name: 'status',
    summary: 'help.command.status',
    flags: [flag.files],
    takesAnswers: false,
    examples: ['status', 'status --files', 'status --json'],
  },
  {
    name: 'rollback',
    summary: 'help.command.rollback',
    flags: [flag.now, flag.dryRun],
    takesAnswers: false,
    argument: { name: 'version', summary: 'help.argument.version' },
    examples: ['rollback', 'rollback 3', 'rollback 3 --now'],
  },
  {
    name: 'doctor',
    summary: 'help.command.doctor',
    flags: [],
    takesAnswers: false,
    examples: ['doctor', 'doctor --json', 'doctor --target azure'],
  },
  {
    name: 'sandbox',
    summary: 'help.command.sandbox',
    flags: [flag.yes],
    takesAnswers: false,
    argument: { name: 'action', summary: 'help.argument.sandbox', choices: ['start', 'stop', 'reset', 'status'] },
    examples: ['sandbox start', 'sandbox status --json', 'sandbox stop'],
  },
  {
    name: 'rehearse',
    summary: 'help.command.rehearse',
    flags: [flag.step],
    takesAnswers: false,
    examples: ['rehearse', 'rehearse --step'],
  },
];

/** The command by that name. */
export function findCommand(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}

/** How a command line of ours begins: it works with nothing installed. */
export function toInvocation(version: string): string {
  return `npx create-mlops-model@${version.split('.')[0]}`;
}
