import { randomUUID } from 'node:crypto';
import type { Stage } from '../../agent/compile/pipeline.ts';
import { type Answer, type Call, getBody, getProject, type Handlers, noContent } from '../call.ts';
import { getDefinition } from '../definitions.ts';
import { findEnumName, stageUpdateType } from '../enums.ts';
import { badRequest, ServiceError } from '../errors.ts';
import type { Build } from '../state.ts';
import { getBuild, requireRightOn } from './find-build.ts';
import { readRun } from './read-run.ts';
import type { RunRecord, TimelineRecord } from './run-record.ts';

/** Runs a stage that did not succeed once more, and the stages that wait for it; jobs that succeeded stay as they are. */
async function updateStage(call: Call): Promise<Answer> {
  const project = getProject(call);
  const build = getBuild(call);
  const body = getBody(call);
  const definition = getDefinition(call, project, String(build.definitionId));
  requireRightOn(call, definition, 'QueueBuilds');
  const name = call.params.stageRefName ?? '';
  const state = findEnumName(stageUpdateType, body.state);
  if (state !== 'retry')
    throw badRequest(`The state '${String(body.state)}' of a stage is not supported here: retry is.`);
  const stage = build.stages.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!stage) {
    throw new ServiceError(404, 'StageNotFoundException', `The stage ${name} was not found in the build ${build.id}.`);
  }
  if (build.status !== 'completed' || !['Failed', 'Canceled', 'Skipped'].includes(stage.result ?? '')) {
    throw badRequest(`The stage ${stage.name} cannot be retried in its current state.`, 'InvalidStageStateException');
  }
  const { pipeline } = await readRun(call, project, { ...build, definition });
  const again = listFrom(pipeline.stages, stage.name);
  const record = call.world.runs.open(call.organization, build);
  for (const each of again) takeBack(build, record, each, each === stage.name && body.forceRetryAllJobs !== true);
  Object.assign(build, { status: 'inProgress', validation: [] });
  delete build.result;
  delete build.finishTime;
  delete build.canceledBy;
  call.world.runs.start(call.organization, build, pipeline);
  return noContent();
}

/** A stage, and all that wait for it, by way of others too. */
function listFrom(stages: readonly Stage[], name: string): readonly string[] {
  const found = new Set([name]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const stage of stages) {
      if (stage.dependsOn.some((each) => [...found].some((one) => one.toLowerCase() === each.toLowerCase())))
        found.add(stage.name);
    }
  }
  return [...found];
}

/** Puts a stage back before its start. The attempt that was is kept as a timeline of its own. */
function takeBack(build: Build, record: RunRecord, name: string, keepsGoodJobs: boolean): void {
  const { records, ends, jobs, earlier } = record.data;
  const stage = records.find(({ type, identifier }) => type === 'Stage' && identifier === name);
  const state = build.stages.find((each) => each.name === name);
  if (!stage || !state) return;
  const isKept = ({ type, identifier, result }: TimelineRecord) =>
    keepsGoodJobs &&
    type === 'Phase' &&
    (result === 'Succeeded' || result === 'SucceededWithIssues') &&
    identifier !== null &&
    identifier in jobs;
  const below = listBelow(records, stage);
  const kept = new Set(below.filter(isKept).flatMap((phase) => [phase, ...listBelow(records, phase)]));
  const gone = below.filter((each) => !kept.has(each));
  for (const { identifier, type } of gone) if (type === 'Phase' && identifier !== null) delete jobs[identifier];
  const id = randomUUID();
  earlier.push({ id, records: [{ ...stage }, ...gone] });
  records.splice(0, records.length, ...records.filter((each) => !gone.includes(each)));
  delete ends[name];
  delete stage.result;
  delete stage.startTime;
  delete stage.finishTime;
  record.change(stage, {
    state: 'pending',
    issues: [],
    attempt: stage.attempt + 1,
    previousAttempts: [...stage.previousAttempts, { attempt: stage.attempt, timelineId: id, recordId: stage.id }],
  });
  state.state = 'pending';
  delete state.result;
}

function listBelow(records: readonly TimelineRecord[], parent: TimelineRecord): readonly TimelineRecord[] {
  const children = records.filter(({ parentId }) => parentId === parent.id);
  return children.flatMap((child) => [child, ...listBelow(records, child)]);
}

/** Stages of runs. */
export const stageHandlers: Handlers = {
  stages: { PATCH: updateStage },
};
