import type { AnswerName, Answers, AnswerValue } from './answers.ts';
import type { Lang } from './locale.ts';
import type { MessageKey } from './messages/index.ts';

/** What a default may depend on besides earlier answers. */
export interface AskingContext {
  /** Language of the run; the model's first language. */
  readonly lang: Lang;
  /** Time zone of this machine, IANA. */
  readonly timeZone: string;
  /** Name of the folder that was asked for, if any. */
  readonly directory: string | undefined;
}

/** One choice of a question: its value in `mlops.yaml`, and what people read. */
export interface Choice {
  readonly value: string;
  readonly label: MessageKey;
}

/** How the value is written on a command line and asked on a screen. */
export type QuestionKind = 'text' | 'choice' | 'number' | 'switch' | 'list' | 'workers' | 'select' | 'schedules';

/** One row: a question is defined once for the prompt, the flag, the answers file, the help and the manifest. */
export interface Question {
  readonly name: AnswerName;
  /** On the command line, with the two dashes. None of npm's own settings: npm would swallow those. */
  readonly flag: `--${string}`;
  readonly kind: QuestionKind;
  /** Field of `mlops.yaml`. */
  readonly path: readonly [string, ...string[]];
  /** Whether people are asked: always, only for Azure, or never (it has a default, and a comment in `mlops.yaml`). */
  readonly asked: 'always' | 'azure' | 'never';
  /** The question on the screen; only for those that are asked. */
  readonly prompt?: MessageKey;
  /** For kind `choice`. A flag or a file may give other values where `open` is set. */
  readonly choices?: (soFar: Answers) => readonly Choice[];
  readonly open?: boolean;
  /** What `--yes` takes and the prompt proposes; `undefined` means it must be given, or may stay out of the answers. */
  readonly fallback?: (soFar: Answers, context: AskingContext) => AnswerValue | undefined;
  /** Whether it matters, given what was answered before. */
  readonly when?: (soFar: Answers) => boolean;
}
