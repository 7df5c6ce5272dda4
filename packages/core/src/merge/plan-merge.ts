import type { RenderedFile } from '../files.ts';
import type { Hash, Lock } from '../lock.ts';
import { type ConflictReason, type Decision, decide, hasMarks } from './decide.ts';
import { type FileVersion, inFormOf, toLfText } from './file-version.ts';
import { findNewProblems } from './find-new-problems.ts';
import { sameState, toNextState } from './next-state.ts';
import { type MergeInput, pairFiles, type Triple } from './pair-files.ts';
import { hasText, placeOf, type TextWork, toWrites, type Work } from './work.ts';

/** Two texts to bring together; plain ones (LF, no mark). */
export interface TextMerge {
  readonly path: string;
  /** Absent: the two have nothing in common but what they both say. */
  readonly base?: string;
  readonly mine: string;
  readonly theirs: string;
}

/** What came of it. */
export interface TextMerged {
  /** With git's marks where it is not clean. */
  readonly contents: string;
  readonly isClean: boolean;
}

/** What a merge needs from outside. */
export interface MergeTools {
  /** All texts at once, answered in the same order. */
  mergeTexts(merges: readonly TextMerge[]): Promise<readonly TextMerged[]>;
  /** What another program finds wrong with files: path → one line. Absent where no such program is. */
  check?(files: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>>;
  readonly hash: Hash;
}

/** What becomes of a conflict: its marks are written for somebody to resolve, or the team's text stays and it comes up again. */
export type ConflictStyle = 'marks' | 'ours';

/** What becomes of one file. */
export interface FileResult {
  /** Where it lies afterwards, or lay. */
  readonly path: string;
  /** Where it lay before, where that is another place. */
  readonly from?: string;
  readonly action: Decision['action'];
  /** Why a person is needed. */
  readonly reason?: ConflictReason;
  /** What is wrong with the merged text. */
  readonly problem?: string;
  /** The templates have something new for a file that the team removed. */
  readonly changed?: true;
}

/** Everything that an update would do; nothing is written yet. */
export interface MergePlan {
  /** Every file, sorted by path. */
  readonly results: readonly FileResult[];
  /** Path → what it will hold; `undefined`: removed. Lock and base are not among them. */
  readonly writes: ReadonlyMap<string, FileVersion | undefined>;
  /** The lock afterwards. */
  readonly lock: Lock;
  /** The base afterwards. */
  readonly base: ReadonlyMap<string, RenderedFile>;
  /** Whether anything differs afterwards; a newer generator alone is no difference. */
  readonly isChanged: boolean;
}

/** What a plan is made for. */
export interface MergeOptions {
  readonly generator: string;
  readonly style: ConflictStyle;
}

/**
 * What an update makes of a project. Reads and writes nothing but through the tools, which leave the project alone.
 * A file that cannot be settled keeps its old base, so that the same change is proposed again.
 */
export async function planMerge(input: MergeInput, tools: MergeTools, options: MergeOptions): Promise<MergePlan> {
  const { lock } = input;
  const knowsSeeds = Object.values(lock.files).some(({ ownership }) => ownership === 'seed');
  const decided = pairFiles(input).map((triple): Work => {
    const isKnown = (triple.oldPath ?? triple.path) in lock.files;
    const decision = decide(triple, { knowsSeeds, isKnown });
    const file = decision.action === 'add' || decision.action === 'take' ? { file: decision.file } : {};
    return { triple, decision, advances: decision.action !== 'conflict', ...file };
  });
  const merged = await mergeAll(decided, tools, options.style);
  const works = await demoteBroken(merged, input.mine, tools, options.style);
  const state = await toNextState(works, input, tools.hash, options.generator);
  const writes = toWrites(works);
  return {
    results: works.map(toResult).sort((a, b) => (a.path < b.path ? -1 : 1)),
    writes,
    ...state,
    isChanged: writes.size > 0 || !sameState(state, input),
  };
}

/** Lets the engine bring the texts together, all in one go. */
async function mergeAll(works: readonly Work[], tools: MergeTools, style: ConflictStyle): Promise<readonly Work[]> {
  const open = works.filter(hasText).filter(({ decision }) => decision.action === 'merge');
  if (open.length === 0) return works;
  const merged = await tools.mergeTexts(open.map(({ triple }) => toTextMerge(triple, triple.base)));
  const settled = new Map<Work, Work>();
  for (const [index, work] of open.entries()) {
    const { contents, isClean } = merged[index]!;
    const { executable } = work.decision as Extract<Decision, { action: 'merge' }>;
    const file = toFile(work, contents, executable);
    const reason = work.triple.base === undefined ? 'both-added' : 'both-changed';
    settled.set(work, isClean ? { ...work, file } : toConflict(work, reason, style, file));
  }
  return works.map((work) => settled.get(work) ?? work);
}

function toTextMerge({ path, mine, theirs }: Triple, base: FileVersion | undefined): TextMerge {
  return {
    path,
    ...(base === undefined ? {} : { base: toLfText(base.contents) }),
    mine: mine?.kind === 'text' ? toLfText(mine.contents) : '',
    theirs: toLfText(theirs?.contents ?? ''),
  };
}

function toFile({ triple: { mine } }: TextWork, plain: string, executable: boolean | undefined): FileVersion {
  return { contents: inFormOf(mine.contents, plain), ...(executable === undefined ? {} : { executable }) };
}

/** With its marks in the text, a conflict has been shown; without, it will be again. */
function toConflict(
  work: Work,
  reason: ConflictReason,
  style: ConflictStyle,
  file: FileVersion,
  problem?: string,
): Work {
  const decision: Decision = { action: 'conflict', reason };
  const told = problem === undefined ? {} : { problem };
  if (style === 'marks' && hasMarks(file.contents)) return { ...work, decision, file, advances: true, ...told };
  const { file: _, ...rest } = work;
  return { ...rest, decision, advances: false, ...told };
}

/** Turns clean merges that came out wrong into conflicts. */
async function demoteBroken(
  works: readonly Work[],
  before: MergeInput['mine'],
  tools: MergeTools,
  style: ConflictStyle,
): Promise<readonly Work[]> {
  const problems = await findNewProblems(works, before, tools);
  if (problems.size === 0) return works;
  const broken = works.filter(hasText).filter(({ triple }) => problems.has(triple.path));
  const sideBySide = await tools.mergeTexts(
    broken.filter(({ triple }) => triple.theirs !== undefined).map(({ triple }) => toTextMerge(triple, undefined)),
  );
  const shown = new Map(
    broken
      .filter(({ triple }) => triple.theirs !== undefined)
      .map((work, index) => [work, sideBySide[index]!.contents]),
  );
  return works.map((work) => {
    if (!hasText(work) || !problems.has(work.triple.path)) return work;
    const plain = shown.get(work) ?? toLfText(work.triple.mine.contents);
    const file = toFile(work, plain, work.file?.executable ?? work.triple.mine.executable);
    return toConflict(work, 'invalid', style, file, problems.get(work.triple.path));
  });
}

function toResult({ triple, decision, problem }: Work): FileResult {
  const path = placeOf(triple, decision);
  return {
    path,
    ...(triple.mine !== undefined && path !== triple.at ? { from: triple.at } : {}),
    action: decision.action,
    ...(decision.action === 'conflict' ? { reason: decision.reason } : {}),
    ...(decision.action === 'stay-deleted' && decision.changed ? { changed: true } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}
