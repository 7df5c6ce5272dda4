import type { RenderedFile } from '../files.ts';
import type { Hash, Lock, LockEntry } from '../lock.ts';
import type { MergeInput } from './pair-files.ts';
import { placeOf, type Work } from './work.ts';

/** Lock and base once a merge is carried out. */
export interface NextState {
  readonly lock: Lock;
  readonly base: ReadonlyMap<string, RenderedFile>;
}

/** What was brought in or shown is the base of the next merge; the rest keeps its old one. */
export async function toNextState(
  works: readonly Work[],
  input: MergeInput,
  hash: Hash,
  generator: string,
): Promise<NextState> {
  const base = new Map<string, RenderedFile>();
  const entries = new Map<string, LockEntry>();
  const seeds = Object.entries(input.lock.files).filter(([, { ownership }]) => ownership === 'seed');
  for (const [path, entry] of seeds) entries.set(path, entry);
  for (const { triple, decision, advances } of works) {
    const { path, oldPath, ownership, theirs } = triple;
    if (ownership === 'seed') {
      if (theirs && !entries.has(path)) entries.set(path, { ownership, sha256: await hash(theirs.contents) });
      continue;
    }
    const key = advances ? path : (oldPath ?? path);
    const version = advances ? theirs : triple.base;
    if (version === undefined) continue;
    const place = placeOf(triple, decision);
    base.set(key, { contents: version.contents, ownership, ...(version.executable ? { executable: true } : {}) });
    entries.set(key, { ownership, sha256: await hash(version.contents), ...(place === key ? {} : { at: place }) });
  }
  const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    lock: { schema: 1, generator, files: Object.fromEntries(sorted(entries)) },
    base: new Map(sorted(base)),
  };
}

/** Whether lock and base say what they said before; a newer generator alone is no difference. */
export function sameState({ lock, base }: NextState, input: MergeInput): boolean {
  if (base.size !== input.base.size) return false;
  return [...base].every(([path, file]) => {
    const before = input.base.get(path);
    const isSameFile =
      before?.contents === file.contents && (before.executable ?? false) === (file.executable ?? false);
    const [was, is] = [input.lock.files[path], lock.files[path]];
    return isSameFile && was?.at === is?.at && was?.ownership === is?.ownership;
  });
}
