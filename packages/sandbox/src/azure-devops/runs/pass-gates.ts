import type { Stage } from '../../agent/compile/pipeline.ts';
import type { Result } from '../../agent/expression/run-condition.ts';
import type { Issue } from '../../agent/run/job-work.ts';
import { decideStage } from '../gates/decide-stage.ts';
import type { Checkpoint, Decision } from '../gates/gates.ts';
import { type GoingRun, toNow, toSignal } from './going-run.ts';
import type { TimelineRecord } from './run-record.ts';

/** What a stage ends with instead of starting. */
export interface StageRefusal {
  readonly result: Result;
  readonly issues: readonly Issue[];
}

/** Waits until nothing holds the stage up. @returns what it ends with instead of starting */
export async function passGates(
  run: GoingRun,
  stage: Stage,
  record: TimelineRecord,
): Promise<StageRefusal | undefined> {
  const signal = toSignal(run);
  const aborted = onAbort(signal);
  let shown: Waiting | undefined;
  for (;;) {
    const changed = run.changed();
    const decision = await decide(run, stage);
    if (signal.aborted) {
      endWaiting(run, shown, 'Canceled');
      return { result: 'Canceled', issues: [] };
    }
    switch (decision.kind) {
      case 'go':
        endWaiting(run, shown, 'Succeeded');
        return undefined;
      case 'refuse': {
        endWaiting(run, shown, 'Failed');
        const result = toRefusal(decision.result);
        return { result, issues: [{ type: 'error', message: decision.why }] };
      }
      case 'wait':
        if (shown?.step.type !== decision.checkpoint) {
          endWaiting(run, shown, 'Succeeded');
          shown = startWaiting(run, record, decision.checkpoint, decision.why);
          await setState(run, stage, 'waiting');
        } else if (shown.step.currentOperation !== decision.why) {
          run.record.change(shown.step, { currentOperation: decision.why });
        }
        await Promise.race([changed, aborted]);
    }
  }
}

function toRefusal(result: 'failed' | 'skipped' | 'canceled'): Result {
  switch (result) {
    case 'failed':
      return 'Failed';
    case 'skipped':
      return 'Skipped';
    case 'canceled':
      return 'Canceled';
  }
}

function decide(run: GoingRun, stage: Stage): Promise<Decision> {
  const { world, organization, build, pipeline } = run;
  const own = stage.settings.lockBehavior ?? pipeline.lockBehavior;
  const wish = {
    name: stage.name,
    resources: run.resources[stage.name] ?? [],
    ...(typeof own === 'string' ? { lockBehavior: own } : {}),
  };
  return world.inTurn(() => decideStage(world, organization, build, wish));
}

interface Waiting {
  readonly checkpoint: TimelineRecord;
  readonly step: TimelineRecord;
}

function startWaiting(run: GoingRun, stage: TimelineRecord, type: Checkpoint, why: string): Waiting {
  const { record } = run;
  const startTime = toNow(run);
  const known = record.data.records.find((each) => each.parentId === stage.id && each.type === 'Checkpoint');
  const checkpoint = known ?? record.add({ parentId: stage.id, type: 'Checkpoint', name: 'Checkpoint', startTime });
  record.change(checkpoint, { state: 'inProgress' });
  const step = record.add({
    parentId: checkpoint.id,
    type,
    name: type,
    state: 'inProgress',
    startTime,
    currentOperation: why,
  });
  return { checkpoint, step };
}

function endWaiting(run: GoingRun, waiting: Waiting | undefined, result: Result): void {
  if (!waiting) return;
  const end = { state: 'completed', result, finishTime: toNow(run) } as const;
  run.record.change(waiting.step, end);
  run.record.change(waiting.checkpoint, end);
}

/** Writes down how far a stage has come. */
export async function setState(
  run: GoingRun,
  stage: Stage,
  state: 'waiting' | 'running',
  result?: Result,
): Promise<void> {
  await run.world.inTurn(async () => {
    const own = run.build.stages.find(({ name }) => name === stage.name);
    if (own) Object.assign(own, { state, ...(result ? { result } : {}) });
  });
}

function onAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
