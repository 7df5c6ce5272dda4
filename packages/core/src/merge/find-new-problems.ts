import { toLfText } from './file-version.ts';
import { findTextProblems } from './find-text-problems.ts';
import type { MergeInput } from './pair-files.ts';
import type { MergeTools } from './plan-merge.ts';
import { hasText, toWrites, type Work } from './work.ts';

/** Problems that neither the team's text nor the templates' had: path → the first. */
export async function findNewProblems(
  works: readonly Work[],
  before: MergeInput['mine'],
  { check }: MergeTools,
): Promise<ReadonlyMap<string, string>> {
  const writes = toWrites(works);
  const existed = (path: string) => before.has(path);
  const exists = (path: string) => (writes.has(path) ? writes.get(path) !== undefined : before.has(path));
  const removes = [...writes.values()].some((file) => file === undefined);
  const found = new Map<string, string>();
  const merged = works.filter(hasText).filter(({ decision }) => decision.action === 'merge');
  const kept = removes ? works.filter(hasText).filter(({ decision }) => decision.action === 'keep') : [];
  for (const work of [...merged, ...kept]) {
    const { triple, file } = work;
    const now = findTextProblems(triple.to, (file ?? triple.mine).contents, exists);
    if (now.length === 0) continue;
    const old = [
      ...findTextProblems(triple.at, triple.mine.contents, existed),
      ...findTextProblems(triple.path, triple.theirs?.contents ?? '', () => true),
    ];
    const fresh = now.find((problem) => !old.includes(problem));
    if (fresh !== undefined) found.set(triple.path, fresh);
  }
  const others = merged.filter(({ triple }) => !found.has(triple.path));
  if (check === undefined || others.length === 0) return found;
  const texts = new Map(others.map(({ triple, file }) => [triple.path, toLfText(file?.contents ?? '')]));
  const now = await check(texts);
  if (now.size === 0) return found;
  const suspects = others.filter(({ triple }) => now.has(triple.path));
  const old = await check(new Map(suspects.map(({ triple }) => [triple.path, toLfText(triple.mine.contents)])));
  for (const [path, problem] of now) if (!old.has(path)) found.set(path, problem);
  return found;
}
