import type { Stage } from '../../agent/compile/pipeline.ts';
import type { Dependency, Moment, Result } from '../../agent/expression/run-condition.ts';
import type { Issue } from '../../agent/run/job-work.ts';
import { leaveStage } from '../gates/decide-stage.ts';
import { decideCondition, type GoingRun, toNow, toSignal, toStageTitle, toWorst } from './going-run.ts';
import { passGates, type StageRefusal, setState } from './pass-gates.ts';
import { type Before, runGraph } from './run-graph.ts';
import { runJobs } from './run-jobs.ts';
import type { StageEnd, TimelineRecord } from './run-record.ts';
import { addVariables, listDeclared, toTexts } from './run-variables.ts';

/** Runs all stages of a run in their order. */
export async function runPipeline(run: GoingRun): Promise<Result> {
  const { stages } = run.pipeline;
  // Written down before any begins: who looks sees what is to come.
  const records = new Map(stages.map((stage, index) => [stage, addStageRecord(run, stage, index)]));
  const ends = await runGraph(stages, (stage, before: Before<StageEnd>) =>
    runStage(run, stage, records.get(stage)!, before),
  );
  return toWorst(Object.values(ends).map(({ result }) => result));
}

function addStageRecord({ record }: GoingRun, stage: Stage, index: number): TimelineRecord {
  const known = record.data.records.find(({ type, identifier }) => type === 'Stage' && identifier === stage.name);
  if (known) return known;
  return record.add({
    parentId: null,
    type: 'Stage',
    name: toStageTitle(stage),
    identifier: stage.name,
    refName: stage.name,
    order: index + 1,
  });
}

async function runStage(
  run: GoingRun,
  stage: Stage,
  record: TimelineRecord,
  before: Before<StageEnd>,
): Promise<StageEnd> {
  // Over before the sandbox was started anew.
  const known = run.record.data.ends[stage.name];
  if (known) return known;
  const wish = decideStart(run, stage, before);
  if (wish !== true) return endStage(run, stage, record, wish.result, {}, wish.issues);
  const refused = await passGates(run, stage, record);
  if (refused) return endStage(run, stage, record, refused.result, {}, refused.issues);
  await setState(run, stage, 'running');
  run.record.change(record, { state: 'inProgress', startTime: toNow(run) });
  const stageDependencies = Object.fromEntries(Object.entries(before.direct).map(([name, { jobs }]) => [name, jobs]));
  const jobs = await runJobs({ run, stage, stageDependencies, signal: toSignal(run) }, record);
  return endStage(run, stage, record, toWorst(Object.values(jobs).map(({ result }) => result)), jobs, []);
}

function decideStart(run: GoingRun, stage: Stage, before: Before<StageEnd>): true | StageRefusal {
  const skipped = { result: 'Skipped', issues: [] } as const;
  if (run.stopping.aborted) return { result: 'Canceled', issues: [] };
  if (run.build.stagesToSkip.some((name) => name.toLowerCase() === stage.name.toLowerCase())) return skipped;
  try {
    const variables = addVariables(
      run.variables,
      listDeclared(run.organization, run.project.id, stage.variables),
      toStageMoment(run, before),
    );
    const decided = decideCondition(stage.condition, 'stage', {
      ...toStageMoment(run, before),
      variables: toTexts(variables),
    });
    if (typeof decided === 'object') return { result: 'Failed', issues: [{ type: 'error', message: decided.problem }] };
    return decided ? true : skipped;
  } catch (error) {
    return { result: 'Failed', issues: [{ type: 'error', message: (error as Error).message }] };
  }
}

function toStageMoment({ build, variables, signal, takeNumber }: GoingRun, before: Before<StageEnd>): Moment {
  return {
    variables: toTexts(variables),
    canceled: signal.aborted,
    dependencies: Object.fromEntries(Object.entries(before.direct).map(([name, end]) => [name, toDependency(end)])),
    indirect: before.indirect.map(({ result }) => result),
    startTime: build.startTime ?? build.queueTime,
    takeNumber,
  };
}

/** A stage's outputs are those of its jobs: `job.step.variable`. */
function toDependency({ result, jobs }: StageEnd): Dependency {
  const outputs = Object.entries(jobs).flatMap(([job, left]) =>
    Object.entries(left.outputs).map(([name, value]) => [`${job}.${name}`, value] as const),
  );
  return { result, outputs: Object.fromEntries(outputs) };
}

async function endStage(
  run: GoingRun,
  stage: Stage,
  record: TimelineRecord,
  result: Result,
  jobs: StageEnd['jobs'],
  issues: readonly Issue[],
): Promise<StageEnd> {
  // What a stop of the sandbox ends is settled by its next start, as after a kill.
  if (run.stopping.aborted) return { result, jobs };
  const end = { result, jobs };
  if (!Object.values(jobs).some(({ hasSecrets }) => hasSecrets)) run.record.data.ends[stage.name] = end;
  run.record.change(record, { state: 'completed', result, finishTime: toNow(run), issues });
  await run.world.inTurn(async () => {
    const own = run.build.stages.find(({ name }) => name === stage.name);
    if (own) Object.assign(own, { state: 'completed', result });
    leaveStage(run.organization, run.build.id, stage.name);
  });
  // Others may wait for what this stage held.
  run.world.runs.wake();
  return end;
}
