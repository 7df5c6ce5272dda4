import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pipeline } from '../../agent/compile/pipeline.ts';
import type { Result } from '../../agent/expression/run-condition.ts';
import { findProject } from '../call.ts';
import { leaveRun } from '../gates/decide-stage.ts';
import { settlePullRequests } from '../settle-pull-requests.ts';
import type { Build, Organization } from '../state.ts';
import type { World } from '../world.ts';
import { openAgentPool } from './agent-pool.ts';
import { countOnce } from './count-once.ts';
import type { GoingRun } from './going-run.ts';
import { killProcess } from './kill-process.ts';
import { toResourceVariables } from './pipeline-resources.ts';
import { toKnownVariables, toRunVariables } from './predefined-variables.ts';
import { recoverRuns } from './recover-runs.ts';
import { runPipeline } from './run-pipeline.ts';
import { openRunRecord, type RunRecord } from './run-record.ts';
import { findResources } from './run-resources.ts';
import {
  addVariables,
  listDeclared,
  listOfDefinition,
  listPredefined,
  toTexts,
  type Variables,
} from './run-variables.ts';
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
    const record = open(organization, build.id);
    const run = { world, organization, build, pipeline, record, agents, stopping: stopping.signal };
    const done = new Promise<void>((resolve) => {
      // The answer to the request that made the run goes out first.
      setImmediate(() => {
        goThrough({
          ...run,
          signal: controller.signal,
          ...prepare(world, organization, build, pipeline),
          changed: () => new Promise((wakeUp) => waiting.push(wakeUp)),
          onJob: () => begin(build),
          openRun: (id) => (organization.builds.some((each) => each.id === id) ? open(organization, id) : undefined),
        })
          .catch((error: unknown) => process.stderr.write(`Run ${build.number} broke off: ${String(error)}\n`))
          .finally(() => {
            going.delete(toKey(organization, build.id));
            resolve();
          });
      });
    });
    going.set(toKey(organization, build.id), { controller, record, done });
  };

  const begin = (build: Build) => {
    if (build.status !== 'notStarted') return;
    build.status = 'inProgress';
    build.startTime = world.clock.now().toISOString();
    world.inTurn(async () => {}).catch(() => {});
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
        for (const { pid } of agents.readLeftOver()) killProcess(pid);
      }, 500);
      await ended.finally(() => clearInterval(timer));
    },
  };
}

type Prepared = Pick<GoingRun, 'project' | 'definition' | 'repository' | 'variables' | 'takeNumber' | 'resources'>;

function prepare(world: World, organization: Organization, build: Build, pipeline: Pipeline): Prepared {
  const scene = { world, organization };
  const project = findProject(organization, build.projectId);
  const definition = organization.definitions.find(({ id }) => id === build.definitionId);
  const repository = organization.repositories.find(({ id }) => id === build.repositoryId);
  if (!project || !definition || !repository) throw new Error('its project, definition or repository is gone');
  const takeNumber = countOnce(organization, definition.id);
  const predefined = {
    ...toKnownVariables(scene, { ...build, project, definition, repository }),
    ...toRunVariables(organization, build),
    ...build.predefined,
    ...toResourceVariables(scene, build),
  };
  const variables: Variables = addVariables(
    addVariables(new Map(), listPredefined(predefined), { variables: {} }),
    [
      ...listOfDefinition(organization, definition, build),
      ...listDeclared(organization, project.id, pipeline.variables),
    ],
    { variables: {}, takeNumber, startTime: build.queueTime },
  );
  const finder = { scene, project, definition, pipeline, variables: toTexts(variables) };
  return { project, definition, repository, variables, takeNumber, resources: findResources(finder).byStage };
}

async function goThrough(run: GoingRun): Promise<void> {
  const { world, organization, build } = run;
  const result = await runPipeline(run);
  if (run.stopping.aborted) return;
  await world.inTurn(async () => {
    build.status = 'completed';
    build.result = toBuildResult(build, result);
    build.finishTime = world.clock.now().toISOString();
    build.startTime ??= build.finishTime;
    build.lastChangedDate = build.finishTime;
    leaveRun(organization, build.id);
  });
  world.runs.wake();
  settlePullRequests(world);
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
