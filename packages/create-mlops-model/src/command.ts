import type { Answers, ExitCode, Lang, Translate } from '@create-mlops-model/core';
import type { Terminal } from './services/terminal.ts';

/** Where a run's objects are to live: the local sandbox or Azure. */
export type TargetKind = 'sandbox' | 'azure';

/** What the command line said, parsed. A flag that the command does not know never gets here. */
export interface Flags {
  /** `--lang`: language of what is printed; absent: by the locale. */
  readonly lang?: Lang;
  /** `--target`; absent: Azure once an organisation is known, the sandbox until then. */
  readonly target?: TargetKind;
  /** `--no-interactive`: never ask. */
  readonly noInteractive: boolean;
  /** `--json`: one document on stdout. */
  readonly json: boolean;
  /** `--debug`: stacks and counts of requests. */
  readonly debug: boolean;
  /** `--yes`: defaults and agreement. */
  readonly yes: boolean;
  /** `--dry-run`: stop after the plan. */
  readonly dryRun: boolean;
  /** `--files-only`: touch no service. */
  readonly filesOnly: boolean;
  /** `--take-over`: objects that exist, differ and are not ours. */
  readonly takeOver: boolean;
  /** `--continue`: fill in what Azure needs. */
  readonly continue: boolean;
  /** `--check`: exit code 5 on differences. */
  readonly check: boolean;
  /** `--from worktree`: plan from the manifest on this disk. */
  readonly from?: 'worktree';
  /** `--conflict`: what becomes of conflicts; absent: `pr`. */
  readonly conflict?: 'pr' | 'markers' | 'ours';
  /** `--undo`: put back what the last update changed here. */
  readonly undo: boolean;
  /** `--eject`: no more updates. */
  readonly eject: boolean;
  /** `--give-back`: a file that the team took over. */
  readonly giveBack: boolean;
  /** `--files`: every generated file. */
  readonly files: boolean;
  /** `--now`: roll back in the cluster before the pull request is merged. */
  readonly now: boolean;
  /** `--step`: wait between chapters. */
  readonly step: boolean;
  /** `--in`: time zone of a schedule. */
  readonly timeZone?: string;
  /** `--answers`: a file. */
  readonly answersFile?: string;
  /** `--defaults`: a file. */
  readonly defaultsFile?: string;
  /** Answers given by flags, checked for form; `--name` is among them for every command that takes it. */
  readonly answers: Answers;
}

/** A JSON document on stdout. `schema` counts up when a field changes its meaning or goes. */
export interface PrintedDocument {
  readonly schema: number;
  /** What it is: `plan`, `outcome`, `error` … */
  readonly kind: string;
  /** Whatever that kind holds. */
  readonly [field: string]: unknown;
}

/** All that a command is given; it reads nothing from the process itself. */
export interface CommandContext {
  readonly flags: Flags;
  /** Words after the command's name. */
  readonly positionals: readonly string[];
  /** Folder that relative paths count from. */
  readonly cwd: string;
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Everything for people goes through it. */
  readonly terminal: Terminal;
  /** Texts in the language of the run. */
  readonly translate: Translate;
  /** Aborted by the first Ctrl-C outside a question: finish what is in flight and return 130. A second one ends the process. */
  readonly signal: AbortSignal;
  /** This program's version. */
  readonly version: string;
  /** Prints the one document of `--json`; without the flag it does nothing. A second call is a bug and throws. */
  printDocument(document: PrintedDocument): void;
  /** Adds a line to what `--debug` shows at the end, such as counts of requests. */
  addDebug(line: () => string): void;
}

/** What `./commands/<name>.ts` exports. */
export interface CommandModule {
  /** The command from beginning to end; errors are thrown. */
  run(context: CommandContext): Promise<ExitCode>;
}
