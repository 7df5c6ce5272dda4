import type { Pipeline } from '../../agent/compile/pipeline.ts';
import { PipelineProblem } from '../../agent/problem.ts';
import { checkPipeline } from '../../agent/run/check-pipeline.ts';
import { invalidPipeline } from './read-pipeline.ts';

/** What the agents here cannot do is refused before anything runs. @throws ServiceError 400 */
export function refuseUnsupported(pipeline: Pipeline): void {
  try {
    checkPipeline(pipeline);
  } catch (error) {
    throw error instanceof PipelineProblem ? invalidPipeline(error.message) : error;
  }
  for (const stage of pipeline.stages) {
    const { trigger } = stage.settings;
    if (trigger !== undefined && trigger !== '' && trigger !== 'automatic') {
      throw invalidPipeline(`The pipeline is not valid. Stage ${stage.name}: 'trigger: manual' is not supported here.`);
    }
    for (const job of stage.jobs) {
      const refuse = (what: string) =>
        invalidPipeline(`The pipeline is not valid. Job ${job.name}: ${what} is not supported here.`);
      const { container, services, strategy } = job.settings;
      if (container !== undefined && container !== '') throw refuse("a job in a 'container'");
      if (services !== undefined && services !== '') throw refuse("'services'");
      if (strategy !== undefined && strategy !== '') throw refuse("a 'strategy' of 'matrix' or 'parallel'");
      const kind = job.deployment?.strategy;
      if (kind !== undefined && kind !== 'runOnce') throw refuse(`the deployment strategy '${kind}'`);
    }
  }
}
