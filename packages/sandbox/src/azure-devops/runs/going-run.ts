import type { Pipeline, Stage } from '../../agent/compile/pipeline.ts';
import { type Moment, type Result, runCondition } from '../../agent/expression/run-condition.ts';
import type { Build, Definition, Organization, Project, Repository } from '../state.ts';
import type { World } from '../world.ts';
import type { AgentPool } from './agent-pool.ts';
import type { RunRecord } from './run-record.ts';
import type { StageResource } from './run-resources.ts';
import type { Variables } from './run-variables.ts';

/** A run under way, with all that its stages and jobs need. */
export interface GoingRun {
  readonly world: World;
  readonly organization: Organization;
  readonly build: Build;
  readonly pipeline: Pipeline;
  readonly project: Project;
  readonly definition: Definition;
  readonly repository: Repository;
  readonly record: RunRecord;
  readonly agents: AgentPool;
  /** Aborted when the run is to end early. */
  readonly signal: AbortSignal;
  /** Aborted when the sandbox stops: nothing begins any more. */
  readonly stopping: AbortSignal;
  /** Variables of the run as a whole. */
  readonly variables: Variables;
  /** Numbers that counters gave this run: each counts once a run, however often it is asked. */
  readonly takeNumber: (prefix: string, seed: number) => number;
  /** What each stage uses. */
  readonly resources: Readonly<Record<string, readonly StageResource[]>>;
  /** Resolves when something changed that a stage may wait for. */
  changed(): Promise<void>;
  /** A job has an agent, and begins. */
  onJob(): void;
  /** Where the record of another run lies. */
  openRun(id: number): RunRecord | undefined;
}

/** The result of what consists of several: the worst of theirs; nothing but skipped parts is skipped. */
export function toWorst(results: readonly Result[]): Result {
  const order: readonly Result[] = ['Failed', 'Canceled', 'SucceededWithIssues', 'Succeeded', 'Skipped'];
  return order.find((result) => results.includes(result)) ?? 'Succeeded';
}

/** Whether a part runs; an expression that cannot be computed fails it, with the reason. */
export function decideCondition(
  condition: string | undefined,
  place: 'job' | 'stage',
  moment: Moment,
): boolean | { readonly problem: string } {
  try {
    return runCondition(condition, place, moment);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** A stage's name for people. */
export function toStageTitle({ name, settings }: Stage): string {
  return typeof settings.displayName === 'string' && settings.displayName !== '' ? settings.displayName : name;
}

/** What ends a part that begins now: somebody who cancels; after that nothing but the end of the sandbox. */
export function toSignal({ signal, stopping }: Pick<GoingRun, 'signal' | 'stopping'>): AbortSignal {
  return signal.aborted ? stopping : AbortSignal.any([signal, stopping]);
}

/** The time of now, as the service writes it. */
export function toNow({ world }: Pick<GoingRun, 'world'>): string {
  return world.clock.now().toISOString();
}
