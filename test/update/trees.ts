import fc from 'fast-check';
import {
  type Files,
  type FileVersion,
  inFormOf,
  type MergeInput,
  type MergePlan,
  type ProjectFile,
  type RenderedFile,
} from '../../packages/core/src/index.ts';
import { parseLock, printLock, toLock } from '../../packages/core/src/lock.ts';
import { sha256 } from '../../packages/create-mlops-model/src/services/sha256.ts';

/** A project's tree: path → file. */
export type Tree = ReadonlyMap<string, ProjectFile>;

/** What was written once, what the team made of it, and what the templates have come to, twice. */
export interface Story {
  readonly v1: Files;
  readonly mine: Tree;
  readonly v2: Files;
  readonly v3: Files;
}

/** One change of a list of lines; every line that comes in is new to the whole story. */
type Edit =
  | { readonly kind: 'insert' | 'replace'; readonly at: number; readonly word: string }
  | { readonly kind: 'remove'; readonly at: number };

const PATHS = ['a.txt', 'b.txt', 'dir/c.txt', 'dir/deep/d.txt', 'e.md', 'été.txt'];

let counter = 0;
const freshWord = fc.constant(undefined).map(() => `line ${counter++}`);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom('insert' as const, 'replace' as const), at: fc.nat(40), word: freshWord }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(40) }),
);

type Fate = 'leave' | 'edit' | 'remove';

interface FileStory {
  readonly lines: number;
  readonly finalNewline: boolean;
  readonly executable: boolean;
  readonly mine: Fate | 'move';
  readonly mineEdits: readonly Edit[];
  readonly form: 'plain' | 'crlf' | 'bom' | 'mixed' | 'no-final-newline';
  readonly flips: boolean;
  readonly special: 'text' | 'link' | 'binary';
  readonly v2: Fate;
  readonly v2Edits: readonly Edit[];
  readonly v3: Fate;
  readonly v3Edits: readonly Edit[];
}

const fate = fc.oneof(
  { weight: 3, arbitrary: fc.constant('leave' as const) },
  { weight: 5, arbitrary: fc.constant('edit' as const) },
  { weight: 1, arbitrary: fc.constant('remove' as const) },
);

const fileStory: fc.Arbitrary<FileStory> = fc.record({
  lines: fc.integer({ min: 0, max: 30 }),
  finalNewline: fc.boolean(),
  executable: fc.boolean(),
  mine: fc.oneof({ weight: 6, arbitrary: fate }, { weight: 1, arbitrary: fc.constant('move' as const) }),
  mineEdits: fc.array(edit, { minLength: 1, maxLength: 3 }),
  form: fc.oneof(
    { weight: 6, arbitrary: fc.constant('plain' as const) },
    { weight: 4, arbitrary: fc.constantFrom('crlf' as const, 'bom', 'mixed', 'no-final-newline') },
  ),
  flips: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  special: fc.oneof(
    { weight: 20, arbitrary: fc.constant('text' as const) },
    { weight: 1, arbitrary: fc.constantFrom('link' as const, 'binary') },
  ),
  v2: fate,
  v2Edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
  v3: fate,
  v3Edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
});

/** Small projects with every sort of thing that people do to files. */
export const stories: fc.Arbitrary<Story> = fc
  .record({
    files: fc.array(fileStory, { minLength: 1, maxLength: PATHS.length }),
    // A file that the templates add, where the team may have one of its own.
    added: fc.option(fc.record({ lines: fc.integer({ min: 1, max: 5 }), taken: fc.boolean() })),
    // The team's own, which is none of ours.
    own: fc.boolean(),
  })
  .map(({ files, added, own }) => {
    const [v1, v2, v3] = [new Map(), new Map(), new Map()] as Map<string, RenderedFile>[];
    const mine = new Map<string, ProjectFile>();
    for (const [index, file] of files.entries()) tell(PATHS[index]!, file, { v1: v1!, v2: v2!, v3: v3!, mine });
    if (added !== null) {
      const contents = toText(makeLines(added.lines), true);
      for (const version of [v2!, v3!]) version.set('added.txt', { contents, ownership: 'managed' });
      if (added.taken) mine.set('added.txt', { kind: 'text', contents: toText(makeLines(3), true), executable: false });
    }
    if (own) mine.set('own.py', { kind: 'text', contents: 'print(1)\n', executable: false });
    return { v1: v1!, v2: v2!, v3: v3!, mine };
  });

function tell(
  path: string,
  file: FileStory,
  {
    v1,
    v2,
    v3,
    mine,
  }: {
    v1: Map<string, RenderedFile>;
    v2: Map<string, RenderedFile>;
    v3: Map<string, RenderedFile>;
    mine: Map<string, ProjectFile>;
  },
): void {
  const lines = makeLines(file.lines);
  const render = (each: readonly string[]): RenderedFile => ({
    contents: toText(each, file.finalNewline),
    ownership: 'managed',
    ...(file.executable ? { executable: true } : {}),
  });
  v1.set(path, render(lines));
  const second = file.v2 === 'remove' ? undefined : file.v2 === 'edit' ? applyEdits(lines, file.v2Edits) : lines;
  if (second !== undefined) v2.set(path, render(second));
  // What was removed once does not come back: that would be another file.
  const third =
    second && (file.v3 === 'remove' ? undefined : file.v3 === 'edit' ? applyEdits(second, file.v3Edits) : second);
  if (third !== undefined) v3.set(path, render(third));
  if (file.mine === 'remove') return;
  if (file.special !== 'text') {
    mine.set(path, { kind: file.special });
    return;
  }
  const edited =
    file.mine === 'edit' || (file.mine === 'move' && lines.length > 12) ? applyEdits(lines, file.mineEdits) : lines;
  const contents = inForm(toText(edited, file.finalNewline), file.form);
  const executable = file.flips ? !file.executable : file.executable;
  mine.set(file.mine === 'move' ? `moved/${path}` : path, { kind: 'text', contents, executable });
}

function makeLines(count: number): string[] {
  return Array.from({ length: count }, () => `line ${counter++}`);
}

function toText(lines: readonly string[], finalNewline: boolean): string {
  return lines.length === 0 ? '' : lines.join('\n') + (finalNewline ? '\n' : '');
}

function applyEdits(lines: readonly string[], edits: readonly Edit[]): string[] {
  const result = [...lines];
  for (const each of edits) {
    const at = result.length === 0 ? 0 : each.at % (result.length + (each.kind === 'insert' ? 1 : 0));
    if (each.kind === 'insert') result.splice(at, 0, each.word);
    else if (each.kind === 'replace') result.splice(at, 1, each.word);
    else result.splice(at, 1);
  }
  return result;
}

function inForm(text: string, form: FileStory['form']): string {
  switch (form) {
    case 'plain':
      return text;
    case 'crlf':
      return inFormOf('\r\n', text);
    case 'bom':
      return `\uFEFF${text}`;
    case 'mixed':
      return text.replace('\n', '\r\n');
    case 'no-final-newline':
      return text.replace(/\n$/, '');
  }
}

/** A tree as a checkout of these files would be. */
export function toTree(files: Files): Tree {
  return new Map(
    [...files].map(([path, { contents, executable = false }]) => [path, { kind: 'text', contents, executable }]),
  );
}

/** What an update of a project is made from, right after it was generated. */
export async function toInput(v1: Files, mine: Tree, theirs: Files): Promise<MergeInput> {
  const lock = parseLock(printLock(await toLock(v1, '1.0.0', sha256)));
  const base = [...v1].filter(([, { ownership }]) => ownership !== 'seed');
  return { lock, base: new Map(base), mine, theirs };
}

/** What the next update would be made from. */
export function toNextInput(plan: MergePlan, mine: Tree, theirs: Files): MergeInput {
  const base: ReadonlyMap<string, FileVersion> = plan.base;
  return { lock: parseLock(printLock(plan.lock)), base, mine: applyPlan(plan, mine), theirs };
}

/** The project once the plan is carried out. */
export function applyPlan({ writes }: MergePlan, mine: Tree): Tree {
  const after = new Map(mine);
  for (const [path, file] of writes) {
    if (file === undefined) after.delete(path);
  }
  for (const [path, file] of writes) {
    if (file !== undefined) after.set(path, { kind: 'text', executable: false, ...file });
  }
  return after;
}

/** How often each line stands in a tree. */
export function countLines(tree: Tree): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of tree.values()) {
    if (file.kind !== 'text') continue;
    for (const line of file.contents.replace(/^\uFEFF/, '').split(/\r?\n/))
      counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}
