import type { Data } from '../../agent/tree.ts';
import { isObject, toObject, toText } from '../call.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Definition, Json } from '../state.ts';
import { type Cron, parseCron } from './cron.ts';
import { fitsRef, toNameFilter, toSignedFilter } from './name-filter.ts';
import { findSource, isEnabled, readEntry } from './read-entry.ts';
import { triggersOf } from './triggers.ts';

/** One schedule of a pipeline on one branch. */
export interface Schedule {
  readonly definition: Definition;
  readonly ref: string;
  readonly commitId: string;
  readonly cron: Cron;
  readonly displayName: string;
  /** Also when nothing has changed. */
  readonly always: boolean;
  /** Not while the last one goes on; only where it waits for changes. */
  readonly batch: boolean;
}

/**
 * What is due on its own: each branch by the YAML in that branch. Schedules that the definition has itself put those of
 * the YAML out of force (MicrosoftDocs scheduled-triggers).
 */
export async function listSchedules(scene: Scene): Promise<readonly Schedule[]> {
  const found: Schedule[] = [];
  for (const definition of scene.organization.definitions.filter(isEnabled)) {
    const repository = findSource(scene, definition);
    const heads = Object.entries((repository && triggersOf(scene.organization).heads[repository.id]) ?? {});
    for (const [ref, commitId] of heads.filter(([name]) => name.startsWith('refs/heads/'))) {
      const own = listOwn(definition);
      if (own.length > 0) {
        found.push(...own.flatMap((each) => toOwnSchedule(each, definition, ref, commitId)));
        continue;
      }
      const entry = await readEntry(scene.world, repository!, definition, commitId);
      const written = entry.kind === 'read' ? entry.head.schedules : undefined;
      const items = Array.isArray(written) ? written.filter(isObject) : [];
      found.push(...items.flatMap((each) => toSchedule(each as Item, definition, ref, commitId)));
    }
  }
  return found;
}

type Item = Readonly<Record<string, Data>>;

function toSchedule(item: Item, definition: Definition, ref: string, commitId: string): readonly Schedule[] {
  const cron = parseCron(toText(item.cron));
  const branches = toNameFilter(item.branches);
  if (!cron || !branches || !fitsRef(branches, ref)) return [];
  const isSet = (value: Data | undefined) => toText(value).toLowerCase() === 'true';
  const displayName = toText(item.displayName) || toText(item.cron);
  return [{ definition, ref, commitId, cron, displayName, always: isSet(item.always), batch: isSet(item.batch) }];
}

function listOwn({ body }: Definition): readonly Json[] {
  const triggers = Array.isArray(body.triggers) ? body.triggers.map(toObject) : [];
  return triggers
    .filter(({ triggerType }) => triggerType === 'schedule')
    .flatMap(({ schedules }) => (Array.isArray(schedules) ? schedules.filter(isObject) : []));
}

/** Flags of days, Monday first; names that clients send besides the number. */
const EVERY_DAY = 127;

/** Only in UTC: what another zone's clock shows on a day the sandbox does not know, so such a schedule does not fire. */
function toOwnSchedule(own: Json, definition: Definition, ref: string, commitId: string): readonly Schedule[] {
  if (toText(own.timeZoneId) !== 'UTC' || !fitsRef(toSignedFilter(own.branchFilters), ref)) return [];
  const flags = own.daysToBuild === 'all' ? EVERY_DAY : Number(own.daysToBuild) || 0;
  const weekdays = [0, 1, 2, 3, 4, 5, 6]
    .filter((place) => (flags & (1 << place)) !== 0)
    .map((place) => (place + 1) % 7);
  const every = parseCron('* * * * *')!;
  const cron = {
    ...every,
    minutes: new Set([Number(own.startMinutes) || 0]),
    hours: new Set([Number(own.startHours) || 0]),
    weekdays: new Set(weekdays),
  };
  return [
    { definition, ref, commitId, cron, displayName: '', always: own.scheduleOnlyWithChanges !== true, batch: false },
  ];
}
