import type { Job, Pipeline, Stage } from '../../agent/compile/pipeline.ts';
import { PipelineProblem } from '../../agent/problem.ts';
import { checkPipeline } from '../../agent/run/check-pipeline.ts';
import type { Data } from '../../agent/tree.ts';
import { invalidPipeline } from './read-pipeline.ts';

/** What the agents here cannot do is refused by its place before anything runs. @throws ServiceError 400 */
export function refuseUnsupported(pipeline: Pipeline): void {
  try {
    for (const stage of pipeline.stages) checkStage(stage);
    checkPipeline(pipeline);
  } catch (error) {
    throw error instanceof PipelineProblem ? invalidPipeline(error.message) : error;
  }
}

function checkStage({ name, settings, jobs, at }: Stage): void {
  const { trigger } = settings;
  if (isSet(trigger) && trigger !== 'automatic') {
    throw new PipelineProblem(at, `Stage ${name}: 'trigger: manual' is not supported by the sandbox.`);
  }
  for (const job of jobs) checkJob(job);
}

function checkJob({ name, settings, deployment, at }: Job): void {
  const refuse = (what: string) => new PipelineProblem(at, `Job ${name}: ${what} is not supported by the sandbox.`);
  if (isSet(settings.container)) throw refuse("a 'container'");
  if (isSet(settings.services)) throw refuse("'services'");
  if (isSet(settings.strategy)) throw refuse("a 'strategy' of 'matrix' or 'parallel'");
  const kind = deployment?.strategy;
  if (kind !== undefined && kind !== 'runOnce') throw refuse(`the deployment strategy '${kind}'`);
}

function isSet(setting: Data | undefined): boolean {
  return setting !== undefined && setting !== '';
}
