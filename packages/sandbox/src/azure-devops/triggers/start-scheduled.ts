import type { Scene } from '../pull-request-policies.ts';
import { queueRun } from '../runs/queue-run.ts';
import type { Build } from '../state.ts';
import type { World } from '../world.ts';
import { listInstants } from './cron.ts';
import { listSchedules, type Schedule } from './list-schedules.ts';
import { SERVICE_ID, triggersOf } from './triggers.ts';

/** A run that a schedule started. */
export interface ScheduledStart {
  readonly organization: string;
  readonly project: string;
  readonly definition: string;
  readonly branch: string;
  /** When it was due. */
  readonly due: string;
  readonly buildId: number;
}

/**
 * The service starts no more runs of a pipeline by its schedules within a quarter of an hour; a jump of the clock brings
 * all that was due in between into one moment, so of each pipeline only the newest of them run.
 */
const MOST_AT_ONCE = 10;

interface Due {
  readonly scene: Scene;
  readonly schedule: Schedule;
  readonly at: Date;
}

/** Starts what was due later than `from` and not later than `to`, in that order, each at its own time of the clock. Must be called in turn. */
export async function startScheduled(world: World, from: Date, to: Date): Promise<readonly ScheduledStart[]> {
  const started: ScheduledStart[] = [];
  for (const { scene, schedule, at } of await listDue(world, from, to)) {
    if (at > world.clock.now()) world.clock.set(at);
    const build = await startOne(scene, schedule);
    if (build) started.push(describe(scene, schedule, at, build));
  }
  return started;
}

async function listDue(world: World, from: Date, to: Date): Promise<readonly Due[]> {
  const due: Due[] = [];
  for (const organization of world.store.data.organizations) {
    const scene = { world, organization };
    const schedules = await listSchedules(scene);
    for (const definition of new Set(schedules.map((schedule) => schedule.definition))) {
      const own = schedules.filter((schedule) => schedule.definition === definition);
      due.push(...listOnce(scene, own, from, to).slice(-MOST_AT_ONCE));
    }
  }
  return due.sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Two schedules that meet at one moment start one run. */
function listOnce(scene: Scene, schedules: readonly Schedule[], from: Date, to: Date): readonly Due[] {
  const found = new Map<string, Due>();
  for (const schedule of schedules) {
    for (const at of listInstants(schedule.cron, from, to, MOST_AT_ONCE)) {
      const key = `${schedule.ref} ${at.toISOString()}`;
      if (!found.has(key)) found.set(key, { scene, schedule, at });
    }
  }
  return [...found.values()].sort((a, b) => a.at.getTime() - b.at.getTime());
}

async function startOne({ world, organization }: Scene, schedule: Schedule): Promise<Build | undefined> {
  const { definition, ref, commitId, displayName } = schedule;
  const { scheduled } = triggersOf(organization);
  const key = `${definition.id}:${ref}`;
  if (!schedule.always && !hasChanged({ world, organization }, schedule, scheduled[key])) return undefined;
  const build = await queueRun(world, {
    organization,
    definition,
    reason: 'schedule',
    branch: ref,
    commitId,
    requestedBy: SERVICE_ID,
    requestedFor: SERVICE_ID,
    parameters: {},
    variables: {},
    triggerInfo: displayName === '' ? {} : { scheduleName: displayName },
    predefined: displayName === '' ? {} : { 'Build.CronSchedule.DisplayName': displayName },
    pipelineRuns: {},
  });
  scheduled[key] = { buildId: build.id, commitId, revision: definition.revision };
  return build;
}

/** Code or settings differ from those of the last scheduled run, or that one was not good. */
function hasChanged(
  { organization }: Scene,
  { definition, commitId, batch }: Schedule,
  last: { readonly buildId: number; readonly commitId: string; readonly revision: number } | undefined,
): boolean {
  const build = organization.builds.find(({ id }) => id === last?.buildId);
  if (!build || !last) return true;
  if (batch && build.status !== 'completed') return false;
  const isGood = build.status !== 'completed' || build.result === 'succeeded' || build.result === 'partiallySucceeded';
  return !isGood || last.commitId !== commitId || last.revision !== definition.revision;
}

function describe({ organization }: Scene, { definition, ref }: Schedule, at: Date, build: Build): ScheduledStart {
  const project = organization.projects.find(({ id }) => id === definition.projectId);
  return {
    organization: organization.name,
    project: project?.name ?? '',
    definition: definition.name,
    branch: ref,
    due: at.toISOString(),
    buildId: build.id,
  };
}
