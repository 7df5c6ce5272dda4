import type { MessageKey } from '@create-mlops-model/core/messages/index';
import type { Flags } from './command.ts';

/** A flag that is no answer. */
export interface FlagRow {
  readonly flag: `--${string}`;
  /** One letter, where people expect one. */
  readonly short?: string;
  readonly key: keyof Flags | 'help' | 'version' | 'name';
  /** Absent: the flag takes no value. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly summary: MessageKey;
}

export const continueFlag: FlagRow = { flag: '--continue', key: 'continue', summary: 'help.flag.continue' };
export const yes: FlagRow = { flag: '--yes', short: 'y', key: 'yes', summary: 'help.flag.yes' };
export const filesOnly: FlagRow = { flag: '--files-only', key: 'filesOnly', summary: 'help.flag.filesOnly' };
export const takeOver: FlagRow = { flag: '--take-over', key: 'takeOver', summary: 'help.flag.takeOver' };
export const dryRun: FlagRow = { flag: '--dry-run', key: 'dryRun', summary: 'help.flag.dryRun' };
export const check: FlagRow = { flag: '--check', key: 'check', summary: 'help.flag.check' };
export const from: FlagRow = {
  flag: '--from',
  key: 'from',
  value: 'worktree',
  choices: ['worktree'],
  summary: 'help.flag.from',
};
export const name: FlagRow = { flag: '--name', key: 'name', value: 'name', summary: 'help.flag.name' };
export const timeZone: FlagRow = {
  flag: '--in',
  key: 'timeZone',
  value: 'zone',
  summary: 'help.flag.timeZone',
};
export const conflict: FlagRow = {
  flag: '--conflict',
  key: 'conflict',
  value: 'pr|markers|ours',
  choices: ['pr', 'markers', 'ours'],
  summary: 'help.flag.conflict',
};
export const undo: FlagRow = { flag: '--undo', key: 'undo', summary: 'help.flag.undo' };
export const eject: FlagRow = { flag: '--eject', key: 'eject', summary: 'help.flag.eject' };
export const giveBack: FlagRow = { flag: '--give-back', key: 'giveBack', summary: 'help.flag.giveBack' };
export const files: FlagRow = { flag: '--files', key: 'files', summary: 'help.flag.files' };
export const now: FlagRow = { flag: '--now', key: 'now', summary: 'help.flag.now' };
export const step: FlagRow = { flag: '--step', key: 'step', summary: 'help.flag.step' };

/** Flags of every command. */
export const globalFlags: readonly FlagRow[] = [
  { flag: '--lang', key: 'lang', value: 'en|fr', choices: ['en', 'fr'], summary: 'help.flag.lang' },
  {
    flag: '--target',
    key: 'target',
    value: 'sandbox|azure',
    choices: ['sandbox', 'azure'],
    summary: 'help.flag.target',
  },
  { flag: '--answers', key: 'answersFile', value: 'file', summary: 'help.flag.answers' },
  { flag: '--defaults', key: 'defaultsFile', value: 'file', summary: 'help.flag.defaults' },
  { flag: '--no-interactive', key: 'noInteractive', summary: 'help.flag.noInteractive' },
  { flag: '--json', key: 'json', summary: 'help.flag.json' },
  { flag: '--debug', key: 'debug', summary: 'help.flag.debug' },
  { flag: '--help', short: 'h', key: 'help', summary: 'help.flag.help' },
  { flag: '--version', short: 'v', key: 'version', summary: 'help.flag.version' },
];
