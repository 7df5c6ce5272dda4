import type { Decision } from './decide.ts';
import type { FileVersion, ProjectFile } from './file-version.ts';
import type { Triple } from './pair-files.ts';

/** One file on its way through the merge. */
export interface Work {
  readonly triple: Triple;
  readonly decision: Decision;
  /** What it will hold; absent: as it is. */
  readonly file?: FileVersion;
  readonly problem?: string;
  /** The new rendering has been brought in or shown: it is the base of the next merge. */
  readonly advances: boolean;
}

/** One whose file in the project is a text. */
export type TextWork = Work & { readonly triple: { readonly mine: { readonly kind: 'text' } & FileVersion } };

/** Whether the project has a text there. */
export function hasText(work: Work): work is TextWork {
  return work.triple.mine?.kind === 'text';
}

/** Path → what it will hold; `undefined`: removed. A file that does not change is not among them. */
export function toWrites(works: readonly Work[]): Map<string, FileVersion | undefined> {
  const writes = new Map<string, FileVersion | undefined>();
  for (const { triple, decision } of works) {
    const place = placeOf(triple, decision);
    if (decision.action === 'delete') writes.set(triple.at, undefined);
    if (triple.mine !== undefined && place !== triple.at) writes.set(triple.at, undefined);
  }
  for (const { triple, decision, file } of works) {
    const place = placeOf(triple, decision);
    const isMoved = triple.mine?.kind === 'text' && place !== triple.at;
    if (file !== undefined && !isSame(file, triple.mine)) writes.set(place, file);
    else if (isMoved) writes.set(place, { ...triple.mine });
  }
  return writes;
}

/** A file that nothing is written to stays where it is. */
export function placeOf(triple: Triple, { action }: Decision): string {
  switch (action) {
    case 'add':
    case 'take':
    case 'merge':
    case 'same':
    case 'keep':
      return triple.to;
    case 'conflict':
    case 'delete':
    case 'stay-deleted':
    case 'yours':
      return triple.at;
  }
}

function isSame(file: FileVersion, mine: ProjectFile | undefined): boolean {
  return mine?.kind === 'text' && mine.contents === file.contents && mine.executable === file.executable;
}
