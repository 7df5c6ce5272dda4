import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pipeline } from '../../agent/compile/pipeline.ts';
import type { Result } from '../../agent/expression/run-condition.ts';
import { signalGroup } from '../../agent/run/process-groups.ts';
import { leaveRun } from '../gates/decide-stage.ts';
import { settlePullRequests } from '../settle-pull-requests.ts';
import type { Build, Organization } from '../state.ts';
import type { World } from '../world.ts';
import { openAgentPool } from './agent-pool.ts';
import type { GoingRun } from './going-run.ts';
import { type PreparedRun, prepareRun } from './prepare-run.ts';
import { recoverRuns } from './recover-runs.ts';
import { runPipeline } from './run-pipeline.ts';
import { openRunRecord, type RunRecord } from './run-record.ts';
import type { Runs } from './runs.ts';

/** How many jobs run at the same time. */
const AGENTS = 2;

interface Going {
  readonly controller: AbortController;
  readonly record: RunRecord;
  readonly done: Promise<void>;
}

/** Opens the room in which runs go on. @param home folder of the sandbox */
export function makeRuns(bare: Omit<World, 'runs'>, home: string): Runs {
  // The caller adds what this gives back to the world that it passed.
  const world = bare as World;
  const agents = openAgentPool(join(home, 'agents'), AGENTS);
  const going = new Map<string, Going>();
  const stopping = new AbortController();
  let waiting: (() => void)[] = [];
  const toKey = (organization: Organization, id: number) => `${organization.id}/${id}`;
  const toFolder = (organization: Organization, id: number) => join(home, 'runs', organization.id, String(id));
  const open = (organization: Organization, id: number) =>
    going.get(toKey(organization, id))?.record ?? openRunRecord(toFolder(organization, id), world.clock.now);
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };

  // Time limits of approvals and locks run out without anybody doing anything.
  const clock = setInterval(wake, 30_000);
  clock.unref();

  const start = (organization: Organization, build: Build, pipeline: Pipeline) => {
    const controller = new AbortController();
    // Somebody may have cancelled it while the sandbox was being started.
    if (build.status === 'cancelling') controller.abort();
    const record = open(organization, build.id);
    const room = {
      record,
      agents,
      signal: controller.signal,
      stopping: stopping.signal,
      changed: () => new Promise<void>((wakeUp) => waiting.push(wakeUp)),
      onJob: () => begin(build),
      openRun: (id: number) =>
        organization.builds.some((each) => each.id === id) ? open(organization, id) : undefined,
    };
    const go = async () => {
      // The answer to the request that made the run goes out first.
      await nextTurn();
      const result = await goThrough({ ...room, world, organization, build, pipeline });
      if (!stopping.signal.aborted) await end(organization, build, result);
    };
    const done = go()
      .catch((error: unknown) => process.stderr.write(`Run ${build.number} broke off: ${String(error)}\n`))
      .then(() => {
        going.delete(toKey(organization, build.id));
      });
    going.set(toKey(organization, build.id), { controller, record, done });
  };

  const begin = (build: Build) => {
    if (build.status !== 'notStarted') return;
    build.status = 'inProgress';
    build.startTime = world.clock.now().toISOString();
    world.inTurn(async () => {}).catch(() => {});
  };

  const end = async (organization: Organization, build: Build, result: Result) => {
    await world.inTurn(async () => {
      build.status = 'completed';
      build.result = toBuildResult(build, result);
      build.finishTime = world.clock.now().toISOString();
      build.startTime ??= build.finishTime;
      build.lastChangedDate = build.finishTime;
      leaveRun(organization, build.id);
    });
    wake();
    settlePullRequests(world);
  };

  return {
    start,
    wake,
    cancel(organization, build) {
      going.get(toKey(organization, build.id))?.controller.abort();
      wake();
    },
    open: (organization, build) => open(organization, build.id),
    async remove(organization, build) {
      // Nobody waits for its end here: that needs a turn, and this is called in one.
      going.get(toKey(organization, build.id))?.controller.abort();
      await rm(toFolder(organization, build.id), { recursive: true, force: true });
    },
    recover: () => recoverRuns(world, agents, { open, start }),
    async stop() {
      clearInterval(clock);
      stopping.abort();
      wake();
      const ended = Promise.all([...going.values()].map(({ done }) => done));
      // A step that takes no notice must not keep the sandbox alive, nor one that runs in spite of the end.
      const timer = setInterval(() => {
        for (const { pid } of agents.readLeftOver()) signalGroup(pid, 'SIGKILL');
      }, 500);
      await ended.finally(() => clearInterval(timer));
    },
  };
}

type Room = Omit<GoingRun, keyof PreparedRun>;

/** What keeps a run from its first stage is said with the run, as what is wrong with its pipeline. */
async function goThrough(room: Room): Promise<Result> {
  const { build, signal, stopping } = room;
  try {
    const prepared = await prepareRun(room);
    // A paused pipeline takes runs, and starts them when it goes on.
    while (prepared.definition.body.queueStatus === 'paused' && !signal.aborted && !stopping.aborted) {
      await room.changed();
    }
    return await runPipeline({ ...room, ...prepared });
  } catch (error) {
    build.validation = [{ result: 'error', message: (error as Error).message }];
    return 'Failed';
  }
}

function toBuildResult({ status, canceledBy }: Build, result: Result): NonNullable<Build['result']> {
  if (status === 'cancelling' || canceledBy !== undefined) return 'canceled';
  switch (result) {
    case 'Failed':
      return 'failed';
    case 'Canceled':
      return 'canceled';
    case 'SucceededWithIssues':
      return 'partiallySucceeded';
    case 'Succeeded':
    case 'Skipped':
      return 'succeeded';
  }
}
