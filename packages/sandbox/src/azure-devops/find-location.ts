import type { Params } from '../router.ts';
import { type Location, locations } from './locations.ts';

/** A place of the service that a path leads to. */
export interface Found {
  readonly location: Location;
  readonly params: Params;
}

interface Compiled {
  readonly location: Location;
  readonly segments: readonly string[];
  /** How many segments a path must have at least: what follows may be left out. */
  readonly required: number;
  readonly literals: number;
}

function compile(location: Location): Compiled {
  const segments = location.routeTemplate
    .replace('{area}', location.area)
    .replace('{resource}', location.resourceName)
    .split('/')
    .map((segment) => (segment.startsWith('{') ? segment : segment.toLowerCase()));
  const last = segments.findLastIndex((segment) => !segment.startsWith('{'));
  return { location, segments, required: last + 1, literals: segments.filter((s) => !s.startsWith('{')).length };
}

/** Most literal segments first: `pipelines/environments/{id}` before `pipelines/{id}`. */
const compiled = locations.map(compile).sort((a, b) => b.literals - a.literals);

/** By the segment after `_apis`, so that a request is compared with a handful of templates only. */
const byArea = new Map<string, Compiled[]>();
for (const entry of compiled) {
  const area = areaOf(entry.segments);
  byArea.set(area, [...(byArea.get(area) ?? []), entry]);
}

function areaOf(segments: readonly string[]): string {
  return segments[segments.indexOf('_apis') + 1] ?? '';
}

/**
 * All places that fit the decoded segments after the organisation, best first: the service files some addresses
 * twice (`pullRequests`), and which one is meant depends on the method.
 */
export function findLocations(path: readonly string[]): readonly Found[] {
  const apis = path.findIndex((segment) => segment.toLowerCase() === '_apis');
  const candidates = byArea.get(path[apis + 1]?.toLowerCase() ?? '') ?? [];
  const fits = candidates.flatMap((candidate) => {
    const params = match(candidate, path, apis);
    return params ? [{ location: candidate.location, params }] : [];
  });
  // An address without project is first of all that of the organisation.
  const missing = ({ location, params }: Found) =>
    Number(location.routeTemplate.startsWith('{project}') && params.project === undefined);
  return fits.sort((a, b) => missing(a) - missing(b));
}

function match({ segments, required }: Compiled, path: readonly string[], apis: number): Params | undefined {
  const hasProject = segments[0] === '{project}';
  if (apis > 1 || (apis === 1 && !hasProject)) return undefined;
  // The project may be left out of an address that takes one; the handler says whether it can do without.
  const given = hasProject && apis === 0 ? ['', ...path] : path;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = given[index];
    if (value === undefined) return index >= required ? params : undefined;
    const name = /^\{(\*?)(\w+)\}$/.exec(segment);
    if (!name?.[2]) {
      if (segment !== value.toLowerCase()) return undefined;
    } else if (name[1]) {
      params[name[2]] = given.slice(index).join('/');
      return params;
    } else if (value !== '') params[name[2]] = value;
  }
  return given.length > segments.length ? undefined : params;
}
