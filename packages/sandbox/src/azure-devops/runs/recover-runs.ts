import type { Pipeline } from '../../agent/compile/pipeline.ts';
import { endLeftByAgent } from '../../agent/run/process-groups.ts';
import { findProject } from '../call.ts';
import { leaveRun } from '../gates/decide-stage.ts';
import type { Build, Organization } from '../state.ts';
import type { World } from '../world.ts';
import type { AgentPool } from './agent-pool.ts';
import { killLeftOver } from './kill-process.ts';
import { readRun } from './read-run.ts';
import type { RunRecord } from './run-record.ts';

interface Room {
  open(organization: Organization, id: number): RunRecord;
  start(organization: Organization, build: Build, pipeline: Pipeline): void;
}

const ABANDONED = 'The run was abandoned: the sandbox was stopped while it was going on.';

/** Ends what a kill left going. A run none of whose stages was going on goes on where it was. */
export async function recoverRuns(world: World, agents: AgentPool, room: Room): Promise<void> {
  killLeftOver(agents.readLeftOver());
  agents.forgetLeftOver();
  const isUnderWay = world.store.data.organizations.some(({ builds }) =>
    builds.some(({ status }) => status !== 'completed'),
  );
  // What a step has put into a group of its own is found by its environment, which takes a look at every process.
  if (isUnderWay) await Promise.all(agents.homes.map(endLeftByAgent));
  for (const organization of world.store.data.organizations) {
    organization.deployments ??= [];
    organization.testRuns ??= [];
    for (const build of organization.builds.filter(({ status }) => status !== 'completed')) {
      const { ends } = room.open(organization, build.id).data;
      const isLost = build.stages.some(
        ({ state, name }) => state === 'running' || (state === 'completed' && ends[name] === undefined),
      );
      if (isLost || build.status === 'cancelling') await abandon(world, organization, build, room, ABANDONED);
      else await goOn(world, organization, build, room);
    }
  }
}

async function goOn(world: World, organization: Organization, build: Build, room: Room): Promise<void> {
  const project = findProject(organization, build.projectId);
  const definition = organization.definitions.find(({ id }) => id === build.definitionId);
  try {
    if (!project || !definition) throw new Error('Its pipeline is gone.');
    const { pipeline } = await readRun({ world, organization }, project, { ...build, definition });
    const { records } = room.open(organization, build.id).data;
    // What it waited for is asked anew.
    const stays = records.filter(({ type, state }) => type === 'Stage' || state === 'completed');
    records.splice(0, records.length, ...stays);
    room.start(organization, build, pipeline);
  } catch (error) {
    await abandon(world, organization, build, room, (error as Error).message);
  }
}

async function abandon(
  world: World,
  organization: Organization,
  build: Build,
  room: Room,
  message: string,
): Promise<void> {
  const at = world.clock.now().toISOString();
  const record = room.open(organization, build.id);
  for (const line of record.data.records.filter(({ state }) => state !== 'completed')) {
    const isGoing = line.state === 'inProgress';
    record.change(line, {
      state: 'completed',
      result: isGoing ? 'Abandoned' : 'Skipped',
      finishTime: at,
      ...(isGoing ? { issues: [...line.issues, { type: 'error', message }] } : {}),
    });
  }
  await world.inTurn(async () => {
    Object.assign(build, { status: 'completed', finishTime: at, startTime: build.startTime ?? at });
    build.result = build.canceledBy === undefined ? 'failed' : 'canceled';
    build.lastChangedDate = at;
    for (const stage of build.stages)
      if (stage.state !== 'completed') Object.assign(stage, { state: 'completed', result: 'Failed' });
    for (const deployment of organization.deployments.filter((each) => each.buildId === build.id)) {
      if (deployment.result === undefined) Object.assign(deployment, { finishTime: at, result: 'Failed' });
    }
    leaveRun(organization, build.id);
  });
}
