import { printAnswer } from '@create-mlops-model/core/answer-text';
import type { Answers } from '@create-mlops-model/core/answers';
import { questions } from '@create-mlops-model/core/questions';
import type { Flags, TargetKind } from './command.ts';
import { toInvocation } from './commands.ts';
import { quoteWord } from './eaten-flags.ts';

/** What an interactive run was made of. */
export interface Repeatable {
  readonly flags: Flags;
  readonly directory: string | undefined;
  /** Answers by flag and by prompt; what came from a file stays there. */
  readonly answers: Answers;
  readonly target: TargetKind;
  readonly version: string;
}

/** The one line that does the same again without asking, quoted for POSIX shells. */
export function toCommandLine({ flags, directory, answers, target, version }: Repeatable): string {
  const words: string[] = [toInvocation(version)];
  if (directory !== undefined) words.push(directory.startsWith('-') ? `./${directory}` : directory);
  if (flags.continue) words.push('--continue');
  if (flags.answersFile !== undefined) words.push('--answers', flags.answersFile);
  if (flags.defaultsFile !== undefined) words.push('--defaults', flags.defaultsFile);
  for (const question of questions) {
    const value = answers[question.name];
    if (value === undefined) continue;
    if (question.kind === 'switch') words.push(value === true ? question.flag : `--no-${question.flag.slice(2)}`);
    // `=` keeps a value that begins with a dash apart from the next flag.
    else for (const text of printAnswer(question, value)) words.push(`${question.flag}=${text}`);
  }
  if (flags.filesOnly) words.push('--files-only');
  if (flags.takeOver) words.push('--take-over');
  if (flags.dryRun) words.push('--dry-run');
  words.push(`--target=${target}`, '--yes');
  return words.map((word, index) => (index === 0 ? word : quoteFlag(word))).join(' ');
}

/** `--schedule='0 6 * * 1'` reads better than quotes around the whole. */
function quoteFlag(word: string): string {
  const parts = /^(--[a-z-]+=)([\s\S]*)$/.exec(word);
  return parts === null ? quoteWord(word) : `${parts[1]}${quoteWord(parts[2] ?? '')}`;
}
