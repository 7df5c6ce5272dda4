import type { Job, Stage } from '../../agent/compile/pipeline.ts';
import { replaceMacros } from '../../agent/expression/replace-macros.ts';
import type { Dependency, Moment, Result } from '../../agent/expression/run-condition.ts';
import type { Issue, JobVariable } from '../../agent/run/job-work.ts';
import type { Data } from '../../agent/tree.ts';
import type { Agent } from './agent-pool.ts';
import { decideCondition, type GoingRun, toNow, toSignal } from './going-run.ts';
import { runAgentJob } from './run-agent-job.ts';
import { type Before, runGraph } from './run-graph.ts';
import type { JobOutputs, TimelineRecord } from './run-record.ts';
import { addVariables, listDeclared, toTexts, type Variables } from './run-variables.ts';

/** Jobs of the stages before, by stage. */
export type StageDependencies = Readonly<Record<string, Readonly<Record<string, Dependency>>>>;

/** A job about to begin. */
export interface JobStart {
  readonly run: GoingRun;
  readonly stage: Stage;
  readonly job: Job;
  /** What people call it. */
  readonly title: string;
  /** The timeline's line that its agent jobs hang on. */
  readonly phase: TimelineRecord;
  readonly variables: Variables;
  readonly agent: Agent;
  /** Aborted when it is to end early. */
  readonly signal: AbortSignal;
}

/** How a job ended. */
export interface JobLeft {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, JobVariable>>;
}

/** A stage whose jobs run. */
interface RunningStage {
  readonly run: GoingRun;
  readonly stage: Stage;
  readonly stageDependencies: StageDependencies;
  /**
   * Aborted when somebody cancels while the stage runs. A stage that began after that is not a cancelled one
   * (MicrosoftDocs process/conditions, builds that are cancelled).
   */
  readonly signal: AbortSignal;
}

/** Runs the jobs of a stage in their order. @returns what each of them left */
export async function runJobs(
  inStage: RunningStage,
  parent: TimelineRecord,
): Promise<Readonly<Record<string, JobOutputs>>> {
  const { run, stage } = inStage;
  const findKnown = (job: Job) =>
    run.record.data.records.find(({ parentId, refName }) => parentId === parent.id && refName === job.name);
  const phases = new Map(
    stage.jobs.map((job) => [
      job,
      findKnown(job) ??
        run.record.add({
          parentId: parent.id,
          type: 'Phase',
          name: toTitle(job),
          identifier: `${stage.name}.${job.name}`,
          refName: job.name,
          attempt: parent.attempt,
        }),
    ]),
  );
  return runGraph(stage.jobs, (job, before: Before<JobOutputs>) =>
    runJobOfStage(inStage, job, phases.get(job)!, before),
  );
}

function toTitle({ name, settings }: Job): string {
  return typeof settings.displayName === 'string' && settings.displayName !== '' ? settings.displayName : name;
}

async function runJobOfStage(
  inStage: RunningStage,
  job: Job,
  phase: TimelineRecord,
  before: Before<JobOutputs>,
): Promise<JobOutputs> {
  const { run, stage } = inStage;
  const known = run.record.data.jobs[`${stage.name}.${job.name}`];
  if (known) return known;
  const end = (result: Result, left: JobLeft['outputs'] = {}, issues: readonly Issue[] = []): JobOutputs => {
    run.record.change(phase, { state: 'completed', result, finishTime: toNow(run), issues });
    const outputs = Object.fromEntries(Object.entries(left).map(([name, { value }]) => [name, value]));
    const ended = { result, outputs, hasSecrets: Object.values(left).some(({ isSecret }) => isSecret === true) };
    if (!ended.hasSecrets) run.record.data.jobs[`${stage.name}.${job.name}`] = ended;
    return ended;
  };
  const prepared = prepare(inStage, job, before);
  if (prepared.kind === 'end') return end(prepared.result, {}, prepared.issues);
  const signal = toSignal(run);
  const agent = await run.agents.take(signal);
  if (!agent) return end('Canceled');
  try {
    run.onJob();
    run.record.change(phase, { state: 'inProgress', startTime: toNow(run) });
    const { variables } = prepared;
    const title = replaceMacros(toTitle(job), toTexts(variables));
    const left = await runAgentJob({ run, stage, job, title, phase, variables, agent, signal });
    const isForgiven = left.result === 'Failed' && isTrue(job.settings.continueOnError);
    return end(isForgiven ? 'SucceededWithIssues' : left.result, left.outputs);
  } catch (error) {
    return end('Failed', {}, [{ type: 'error', message: (error as Error).message }]);
  } finally {
    agent.release();
  }
}

type Prepared =
  | { readonly kind: 'run'; readonly variables: Variables }
  | { readonly kind: 'end'; readonly result: Result; readonly issues: readonly Issue[] };

/** Computes the job's variables and whether it runs at all. */
function prepare(
  { run, stage, stageDependencies, signal }: RunningStage,
  job: Job,
  before: Before<JobOutputs>,
): Prepared {
  const { organization, project, build, takeNumber } = run;
  const moment: Moment = {
    variables: {},
    canceled: signal.aborted,
    dependencies: before.direct,
    indirect: before.indirect.map(({ result }) => result),
    stageDependencies,
    startTime: build.startTime ?? build.queueTime,
    takeNumber,
  };
  try {
    const declared = [...stage.variables, ...job.variables];
    const variables = addVariables(run.variables, listDeclared(organization, project.id, declared), moment);
    const decided = decideCondition(job.condition, 'job', { ...moment, variables: toTexts(variables) });
    if (decided === true) return { kind: 'run', variables };
    if (decided === false) return { kind: 'end', result: 'Skipped', issues: [] };
    return { kind: 'end', result: 'Failed', issues: [{ type: 'error', message: decided.problem }] };
  } catch (error) {
    return { kind: 'end', result: 'Failed', issues: [{ type: 'error', message: (error as Error).message }] };
  }
}

/** `true` in any case. */
function isTrue(value: Data | undefined): boolean {
  return typeof value === 'string' && value.toLowerCase() === 'true';
}
