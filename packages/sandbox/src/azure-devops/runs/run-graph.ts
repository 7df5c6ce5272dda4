/** A stage or job, and what must have ended before it begins. */
export interface GraphPart {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** How those before a part ended, by name. */
export interface Before<End> {
  /** Those that it names. */
  readonly direct: Readonly<Record<string, End>>;
  /** Those before these. */
  readonly indirect: readonly End[];
}

/** Begins each part when those before it have ended; parts that do not wait for each other go on at the same time. */
export async function runGraph<Part extends GraphPart, End>(
  parts: readonly Part[],
  run: (part: Part, before: Before<End>) => Promise<End>,
): Promise<Readonly<Record<string, End>>> {
  const byName = new Map(parts.map((part) => [part.name.toLowerCase(), part]));
  const ends = new Map<string, Promise<End>>();
  const get = (part: Part): Promise<End> => {
    const known = ends.get(part.name);
    if (known !== undefined) return known;
    const end = waitFor(part).then((before) => run(part, before));
    ends.set(part.name, end);
    return end;
  };
  const listDirect = (part: Part) => part.dependsOn.map((name) => byName.get(name.toLowerCase())!);
  const waitFor = async (part: Part): Promise<Before<End>> => {
    const direct = listDirect(part);
    const all = listAllBefore(direct, listDirect);
    const found = await Promise.all(all.map(async (each) => [each, await get(each)] as const));
    const isDirect = ([each]: (typeof found)[number]) => direct.includes(each);
    return {
      direct: Object.fromEntries(found.filter(isDirect).map(([{ name }, end]) => [name, end])),
      indirect: found.filter((each) => !isDirect(each)).map(([, end]) => end),
    };
  };
  // Nothing may go on unwatched behind a part that broke off.
  await Promise.allSettled(parts.map(get));
  const found = await Promise.all(parts.map(async (part) => [part.name, await get(part)] as const));
  return Object.fromEntries(found);
}

function listAllBefore<Part>(direct: readonly Part[], listDirect: (part: Part) => readonly Part[]): readonly Part[] {
  const seen = new Set<Part>();
  const visit = (part: Part): void => {
    if (seen.has(part)) return;
    seen.add(part);
    for (const each of listDirect(part)) visit(each);
  };
  for (const part of direct) visit(part);
  return [...seen];
}
