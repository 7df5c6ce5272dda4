import type { Data } from '../../agent/tree.ts';
import { isObject, toObject } from '../call.ts';
import type { Definition, Repository } from '../state.ts';
import type { World } from '../world.ts';
import { type NameFilter, toNameFilter, toSignedFilter } from './name-filter.ts';
import { readEntry } from './read-entry.ts';
import type { Push } from './triggers.ts';

/** When pushes start a pipeline. */
interface CiTrigger {
  /** One run at a time; what comes meanwhile is built by the next one. */
  readonly isBatch: boolean;
  readonly refs: NameFilter;
  readonly paths: NameFilter;
}

const ALL: NameFilter = { include: ['*'], exclude: [] };
const NONE: NameFilter = { include: [], exclude: [] };

/** In the YAML of the pushed commit, or in the definition where that says so; a definition without a word of it has none. */
export async function findCiTrigger(
  world: World,
  repository: Repository,
  definition: Definition,
  push: Push,
  files: readonly string[],
): Promise<CiTrigger | undefined> {
  const { triggers } = definition.body;
  const own = (Array.isArray(triggers) ? triggers.map(toObject) : []).find(
    ({ triggerType }) => triggerType === 'continuousIntegration',
  );
  if (!own) return undefined;
  const entry = await readEntry(world, repository, definition, push.newId);
  if (entry.kind === 'missing') return undefined;
  if (Number(own.settingsSourceType) !== 2) {
    const refs = toSignedFilter(own.branchFilters);
    return { isBatch: own.batchChanges === true, refs, paths: toSignedFilter(own.pathFilters) };
  }
  // A run that fails at once shows whoever broke the file what is wrong with it, and nobody else.
  const file = String(toObject(definition.body.process).yamlFilename).replace(/^\/+/, '');
  if (entry.kind === 'unreadable') return files.includes(file) ? { isBatch: false, refs: ALL, paths: NONE } : undefined;
  return toCiTrigger(entry.head.trigger);
}

/** Nothing written: all branches. */
function toCiTrigger(data: Data | undefined): CiTrigger | undefined {
  if (data === undefined) return { isBatch: false, refs: ALL, paths: NONE };
  if (!isObject(data)) {
    const refs = toNameFilter(data);
    return refs && { isBatch: false, refs, paths: NONE };
  }
  const { batch, branches, paths, tags } = data as Readonly<Record<string, Data>>;
  const tagged = toNameFilter(tags);
  const toTag = (name: string) => (name.startsWith('refs/') ? name : `refs/tags/${name}`);
  // With tags or paths alone no branch is named, and so none is let in (MicrosoftDocs azure-repos-git).
  const named = toNameFilter(branches) ?? (tags === undefined && paths === undefined ? ALL : NONE);
  const refs = {
    include: [...named.include, ...(tagged?.include ?? []).map(toTag)],
    exclude: [...named.exclude, ...(tagged?.exclude ?? []).map(toTag)],
  };
  return { isBatch: String(batch).toLowerCase() === 'true', refs, paths: toNameFilter(paths) ?? NONE };
}
