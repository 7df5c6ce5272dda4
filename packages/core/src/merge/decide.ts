import { type FileVersion, inFormOf, toLfText } from './file-version.ts';
import type { Triple } from './pair-files.ts';

/** Why a file needs a person. */
export type ConflictReason =
  /** Both changed the same lines. */
  | 'both-changed'
  /** The team has a file of its own where the templates now have one. */
  | 'both-added'
  /** The templates have it no more, and the team edited it. */
  | 'template-removed'
  /** The team put something there that is no text. */
  | 'not-text'
  /** Edited although it is not to be. */
  | 'locked'
  /** Marks of an earlier conflict are still in it. */
  | 'unresolved'
  /** Merged without a conflict, but what came out is wrong. */
  | 'invalid';

/** What one file's three versions lead to, before any text is merged. */
export type Decision =
  /** `same`: nothing to do · `keep`: the team's edits stand, there is nothing new · `yours`: the team's file, never touched. */
  | { readonly action: 'same' | 'keep' | 'yours' }
  /** The team removed it; `changed`: the templates have something new for it. */
  | { readonly action: 'stay-deleted'; readonly changed: boolean }
  | { readonly action: 'add' | 'take'; readonly file: FileVersion }
  | { readonly action: 'delete' }
  /** Two texts have to be brought together. */
  | { readonly action: 'merge'; readonly executable?: boolean }
  | { readonly action: 'conflict'; readonly reason: ConflictReason };

/** Whether a new file of the team's may be written: only a lock that lists such files says that it was never there. */
export interface SeedKnowledge {
  readonly knowsSeeds: boolean;
  readonly isKnown: boolean;
}

/** The decision table. Its rows: what the base, the team and the templates have. */
export function decide(triple: Triple, seeds: SeedKnowledge): Decision {
  const { ownership, base, mine, theirs } = triple;
  if (ownership === 'seed') return decideSeed(triple, seeds);
  if (theirs === undefined) return decideRemoved(triple);
  if (mine === undefined) {
    if (base === undefined) return { action: 'add', file: theirs };
    return { action: 'stay-deleted', changed: base.contents !== theirs.contents };
  }
  if (mine.kind !== 'text') {
    const isNew = base === undefined || base.contents !== theirs.contents;
    return isNew ? { action: 'conflict', reason: 'not-text' } : { action: 'keep' };
  }
  if (hasMarks(mine.contents) && !hasMarks(theirs.contents)) return { action: 'conflict', reason: 'unresolved' };
  const decision = decideTexts(base, mine, theirs);
  const isOurs = ownership === 'locked' && base !== undefined && !sameText(base, mine);
  const hasNews = decision.action === 'take' || decision.action === 'merge';
  return isOurs && hasNews ? { action: 'conflict', reason: 'locked' } : decision;
}

/** Whether git's marks of a conflict stand in a text. */
export function hasMarks(text: string): boolean {
  return /^<{7} /m.test(text) && /^>{7} /m.test(text);
}

function decideSeed({ mine, theirs }: Triple, { knowsSeeds, isKnown }: SeedKnowledge): Decision {
  if (mine !== undefined || theirs === undefined || isKnown || !knowsSeeds) return { action: 'yours' };
  return { action: 'add', file: theirs };
}

function decideRemoved({ base, mine }: Triple): Decision {
  if (mine === undefined) return { action: 'same' };
  const isPristine = mine.kind === 'text' && base !== undefined && sameText(base, mine);
  return isPristine ? { action: 'delete' } : { action: 'conflict', reason: 'template-removed' };
}

function decideTexts(base: FileVersion | undefined, mine: FileVersion, theirs: FileVersion): Decision {
  const executable = mergeBit(base?.executable, mine.executable, theirs.executable);
  const bit = executable === undefined ? {} : { executable };
  const [isPristine, isOld] = [
    base !== undefined && sameText(base, mine),
    base !== undefined && sameText(base, theirs),
  ];
  if (!isPristine && !isOld && !sameText(mine, theirs)) return { action: 'merge', ...bit };
  const plain = isPristine && !isOld ? toLfText(theirs.contents) : toLfText(mine.contents);
  const file: FileVersion = { contents: inFormOf(mine.contents, plain), ...bit };
  const isChanged = file.contents !== mine.contents || file.executable !== mine.executable;
  if (isChanged) return { action: 'take', file };
  return { action: sameText(mine, theirs) ? 'same' : 'keep' };
}

/** Whoever changed it has it; where a disk has no such bit, nobody did. */
function mergeBit(base = false, mine: boolean | undefined, theirs = false): boolean | undefined {
  if (mine === undefined) return undefined;
  return mine === base ? theirs : mine;
}

function sameText(a: FileVersion, b: FileVersion): boolean {
  return toLfText(a.contents) === toLfText(b.contents);
}
