import type { Files, Ownership } from '../files.ts';
import type { Lock } from '../lock.ts';
import { type FileVersion, type ProjectFile, toLfText } from './file-version.ts';
import { findRenames } from './find-renames.ts';

/** What a merge is made from. */
export interface MergeInput {
  /** Which files were generated, whose they are and where the team moved them. */
  readonly lock: Lock;
  /** Files that are ours as they were last written or proposed. */
  readonly base: ReadonlyMap<string, FileVersion>;
  /** What lies in the project, also in the places of the folders above; paths in git's own spelling. */
  readonly mine: ReadonlyMap<string, ProjectFile>;
  /** The new rendering, without lock and base. */
  readonly theirs: Files;
}

/** One file in its three versions. */
export interface Triple {
  /** Its path in the new templates; where they have it no more, in the old ones. */
  readonly path: string;
  /** Its path in the old templates, where that was another. */
  readonly oldPath?: string;
  /** Where it lies in the project, or lay. */
  readonly at: string;
  /** Where it will lie: a file that the team moved stays there. */
  readonly to: string;
  readonly ownership: Ownership;
  readonly base?: FileVersion;
  readonly mine?: ProjectFile;
  readonly theirs?: FileVersion;
}

/** Puts the three versions of each file beside each other, under whatever names they go. Sorted by path. */
export function pairFiles(input: MergeInput): readonly Triple[] {
  const { lock, base, theirs } = input;
  const find = makeFind(input.mine);
  const renamed = findTemplateRenames(input, find);
  const oldPaths = new Map([...renamed].map(([from, to]) => [to, from]));
  const moved = findMoves(input, find);
  const paths = new Set([...theirs.keys(), ...[...base.keys()].filter((path) => !renamed.has(path))]);
  return [...paths].sort().map((path): Triple => {
    const oldPath = oldPaths.get(path);
    const key = oldPath ?? path;
    const wasMoved = moved.get(key) ?? lock.files[key]?.at;
    const at = wasMoved ?? find(key)?.path ?? key;
    const fresh = theirs.get(path);
    return {
      path,
      ...(oldPath === undefined ? {} : { oldPath }),
      at,
      to: wasMoved ?? (oldPath === undefined ? at : path),
      ownership: lock.files[key]?.ownership === 'seed' ? 'seed' : (fresh?.ownership ?? 'managed'),
      ...optional('base', base.get(key)),
      ...optional('mine', find(at)?.file ?? findInTheWay(input.mine, at)),
      ...optional('theirs', fresh && { contents: fresh.contents, executable: fresh.executable ?? false }),
    };
  });
}

/** The folders above a path, outermost first. */
export function listAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Where a file, a link or a submodule lies in the place of a folder, nothing can be written below it. */
function findInTheWay(mine: MergeInput['mine'], path: string): ProjectFile | undefined {
  for (const above of listAbove(path)) {
    const kind = mine.get(above)?.kind;
    if (kind !== undefined && kind !== 'folder') return { kind: kind === 'submodule' ? kind : 'link' };
  }
  return undefined;
}

/** Ours that are no longer where they were written: whoever reads the project looks for them under other names too. */
export function listMissing({ lock, base, mine }: Omit<MergeInput, 'theirs'>): readonly string[] {
  const find = makeFind(mine);
  return [...base.keys()].filter((path) => find(lock.files[path]?.at ?? path) === undefined);
}

type Find = (path: string) => { readonly path: string; readonly file: ProjectFile } | undefined;

/** macOS once wrote names with their accents apart: the same name, spelt with other code points. */
function makeFind(mine: MergeInput['mine']): Find {
  let composed: Map<string, string> | undefined;
  return (path) => {
    const exact = mine.get(path);
    if (exact !== undefined) return { path, file: exact };
    if (!/[^ -~]/.test(path)) return undefined;
    composed ??= new Map([...mine.keys()].map((each) => [each.normalize('NFC'), each]));
    const spelt = composed.get(path.normalize('NFC'));
    return spelt === undefined ? undefined : { path: spelt, file: mine.get(spelt)! };
  };
}

/** Old path → new path of files that the templates moved; none goes over a file of the team's. */
function findTemplateRenames({ base, theirs }: MergeInput, find: Find): ReadonlyMap<string, string> {
  const gone = [...base].filter(([path]) => !theirs.has(path));
  if (gone.length === 0) return new Map();
  const fresh = [...theirs].filter(
    ([path, file]) => file.ownership !== 'seed' && !base.has(path) && find(path) === undefined,
  );
  return findRenames(toTexts(gone), toTexts(fresh));
}

/** Where the team moved files of ours that are missing. */
function findMoves(input: MergeInput, find: Find): ReadonlyMap<string, string> {
  const missing = listMissing(input);
  if (missing.length === 0) return new Map();
  const { lock, base, mine, theirs } = input;
  const known = new Set(Object.entries(lock.files).flatMap(([path, { at }]) => [path, at ?? path]));
  const fresh = [...mine].flatMap(([path, file]): [string, FileVersion][] =>
    file.kind === 'text' && !known.has(path) && !theirs.has(path) && find(path)?.path === path ? [[path, file]] : [],
  );
  return findRenames(toTexts(missing.map((path) => [path, base.get(path)!] as const)), toTexts(fresh));
}

function toTexts(files: readonly (readonly [string, FileVersion])[]): ReadonlyMap<string, string> {
  return new Map(files.map(([path, file]) => [path, toLfText(file.contents)]));
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
