/** How alike two texts must be to be one file under two names; git's own measure. */
const ALIKE = 0.5;

/**
 * Which of the gone files lie under a new name. Equal texts first, then the most alike; each name is given once.
 * @returns old path → new path
 */
export function findRenames(
  gone: ReadonlyMap<string, string>,
  fresh: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const pairs = [...gone].flatMap(([from, text]) =>
    [...fresh]
      .filter(([to]) => extensionOf(to) === extensionOf(from))
      .map(([to, other]) => ({ from, to, score: likeness(text, other) + (nameOf(from) === nameOf(to) ? TIE : 0) }))
      .filter(({ score }) => score >= ALIKE),
  );
  pairs.sort((a, b) => b.score - a.score || (a.from < b.from ? -1 : 1) || (a.to < b.to ? -1 : 1));
  const renames = new Map<string, string>();
  const taken = new Set<string>();
  for (const { from, to } of pairs) {
    if (renames.has(from) || taken.has(to)) continue;
    renames.set(from, to);
    taken.add(to);
  }
  return renames;
}

/** A file moved to another folder under its own name comes before one equally alike. */
const TIE = 0.001;

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function extensionOf(path: string): string {
  const name = nameOf(path);
  return name.includes('.') ? name.slice(name.lastIndexOf('.')).toLowerCase() : '';
}

/** The share of the longer text's characters that stand in lines of both. */
function likeness(a: string, b: string): number {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  if (shorter === '' || shorter.length / longer.length < ALIKE) return 0;
  if (shorter === longer) return 1;
  const lines = new Map<string, number>();
  for (const line of shorter.split('\n')) lines.set(line, (lines.get(line) ?? 0) + 1);
  let shared = 0;
  for (const line of longer.split('\n')) {
    const left = lines.get(line) ?? 0;
    if (left === 0) continue;
    lines.set(line, left - 1);
    shared += line.length + 1;
  }
  return shared / (longer.length + 1);
}
