import { findProject } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { leaveRun } from '../gates/decide-stage.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Build, Definition, Project } from '../state.ts';
import type { World } from '../world.ts';
import { makeBuild } from './make-build.ts';
import { resolvePipelineRuns } from './pipeline-resources.ts';
import { readRun } from './read-run.ts';
import type { RunRequest } from './run-request.ts';

/**
 * Makes a run and starts it; it goes on in the background. Must be called in turn (`world.inTurn`), as handlers are.
 * A run that somebody asked for is refused if its pipeline is wrong; one that was triggered is made, and has failed.
 * @throws ServiceError 400
 */
export async function queueRun(world: World, request: RunRequest): Promise<Build> {
  const scene = { world, organization: request.organization };
  const project = getOwner(scene, request.definition);
  refuseDisabled(request);
  try {
    const read = await readRun(scene, project, request);
    const pipelineRuns = await resolvePipelineRuns(scene, project, request, read.pipeline);
    const build = makeBuild(scene, project, { ...request, pipelineRuns }, read);
    request.organization.builds.push(build);
    project.hasBuildIdentity = true;
    world.runs.start(request.organization, build, read.pipeline);
    return build;
  } catch (error) {
    if (!(error instanceof ServiceError) || request.reason === 'manual') throw error;
    const build = { ...makeBuild(scene, project, request, undefined), ...toFailure(world, error.message) };
    request.organization.builds.push(build);
    leaveRun(request.organization, build.id);
    return build;
  }
}

function getOwner({ organization }: Scene, { projectId }: Definition): Project {
  const project = findProject(organization, projectId);
  if (project) return project;
  throw new Error(`A definition of project ${projectId}, which does not exist.`);
}

function refuseDisabled({ definition }: RunRequest): void {
  if (definition.body.queueStatus !== 'disabled') return;
  throw new ServiceError(
    400,
    'DefinitionDisabledException',
    `Could not queue the build because the build pipeline ${definition.name} is disabled.`,
  );
}

function toFailure(world: World, message: string): Partial<Build> {
  const at = world.clock.now().toISOString();
  return {
    status: 'completed',
    result: 'failed',
    startTime: at,
    finishTime: at,
    lastChangedDate: at,
    validation: [{ result: 'error', message }],
  };
}
