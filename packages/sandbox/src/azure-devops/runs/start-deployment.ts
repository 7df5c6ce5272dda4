import type { Result } from '../../agent/expression/run-condition.ts';
import { type DeploymentRecord, takeNumber } from '../state.ts';
import { toNow } from './going-run.ts';
import type { JobStart } from './run-jobs.ts';

/** A deployment into an environment, under way. */
export interface Deploying {
  /** What the job's steps know of it. */
  readonly variables: Readonly<Record<string, string>>;
  end(result: Result): Promise<void>;
}

/** Writes down that a job deploys into an environment. */
export async function startDeployment({ run, stage, job, phase }: JobStart, name: string): Promise<Deploying> {
  const { world, organization, project, build } = run;
  const environment = organization.environments.find(
    (each) => each.projectId === project.id && each.name.toLowerCase() === name.toLowerCase(),
  );
  // Somebody may have removed it while the run waited.
  if (!environment) throw new Error(`Environment ${name} could not be found.`);
  const record: DeploymentRecord = {
    id: takeNumber(organization, 'deployment'),
    environmentId: environment.id,
    buildId: build.id,
    definitionId: build.definitionId,
    stage: stage.name,
    job: job.name,
    attempt: phase.attempt,
    queueTime: toNow(run),
    startTime: toNow(run),
  };
  await world.inTurn(async () => {
    organization.deployments.push(record);
  });
  return {
    variables: {
      'Environment.Id': String(environment.id),
      'Environment.Name': environment.name,
      'Strategy.Name': 'runOnce',
    },
    end: (result) =>
      world.inTurn(async () => {
        record.finishTime = toNow(run);
        record.result = result;
      }),
  };
}
