import type { Pipeline } from '../../agent/compile/pipeline.ts';
import { PipelineProblem } from '../../agent/problem.ts';
import { checkPipeline } from '../../agent/run/check-pipeline.ts';
import { findProject, toObject, toText } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { leaveRun } from '../gates/decide-stage.ts';
import type { Scene } from '../pull-request-policies.ts';
import { type Build, type Definition, type Project, takeNumber } from '../state.ts';
import { toGitFolder, type World } from '../world.ts';
import { resolvePipelineRuns } from './pipeline-resources.ts';
import { toKnownVariables, toRunVariables } from './predefined-variables.ts';
import { getSourceRepository, invalidPipeline, type PipelineSource, readPipeline } from './read-pipeline.ts';
import { toRunNumber } from './run-number.ts';
import type { RunRequest } from './run-request.ts';
import { findResources } from './run-resources.ts';
import { addVariables, listDeclared, listOfDefinition, toTexts } from './run-variables.ts';

/** A pipeline, read for a run. */
export interface ReadRun {
  readonly source: PipelineSource;
  readonly pipeline: Pipeline;
}

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

/** Reads the pipeline of a run at its commit, and looks for what it uses. @throws ServiceError 400 */
export async function readRun(
  scene: Scene,
  project: Project,
  request: Pick<
    RunRequest,
    | 'definition'
    | 'branch'
    | 'commitId'
    | 'reason'
    | 'requestedBy'
    | 'requestedFor'
    | 'parameters'
    | 'variables'
    | 'secrets'
    | 'predefined'
  >,
): Promise<ReadRun> {
  const { definition, branch, commitId } = request;
  const repository = getSourceRepository(scene, definition);
  const source = { repository, folder: toGitFolder(scene.world, repository), branch, commitId };
  const variables = {
    ...listValues(scene, definition, request),
    ...toKnownVariables(scene, { ...request, project, repository }),
    ...request.predefined,
  };
  const pipeline = await readPipeline(scene, definition, { source, parameters: request.parameters, variables });
  refuseUnsupported(pipeline);
  const shared = addVariables(new Map(), listPlain(scene, project, pipeline, variables), { variables: {} });
  const finder = { scene, project, definition, pipeline, variables: toTexts(shared) };
  const { missing } = findResources(finder);
  if (missing.length > 0) throw invalidPipeline(`The pipeline is not valid. ${missing.join(' ')}`);
  return { source, pipeline };
}

/** Variables of the definition and of this run that templates may see: secrets are not among them. */
function listValues(
  { organization }: Scene,
  definition: Definition,
  request: Pick<RunRequest, 'variables' | 'secrets'>,
): Readonly<Record<string, string>> {
  const declared = listOfDefinition(organization, definition, {
    variables: request.variables,
    secrets: request.secrets ?? [],
  });
  return Object.fromEntries(
    declared.filter(([, variable]) => variable.isSecret !== true).map(([name, { value }]) => [name, value]),
  );
}

/** The pipeline's own variables that are known without running it. */
function listPlain(
  { organization }: Scene,
  project: Project,
  pipeline: Pipeline,
  known: Readonly<Record<string, string>>,
): ReturnType<typeof listDeclared> {
  const own = listDeclared(organization, project.id, pipeline.variables);
  return [
    ...Object.entries(known).map(([name, value]) => [name, { value }] as const),
    ...own.filter(([, { value }]) => !value.trim().startsWith('$[')),
  ];
}

/** What the agents here cannot do is refused before anything runs. @throws ServiceError 400 */
function refuseUnsupported(pipeline: Pipeline): void {
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

function makeBuild(scene: Scene, project: Project, request: RunRequest, read: ReadRun | undefined): Build {
  const { organization, world } = scene;
  const { definition, branch, commitId, reason, requestedBy, requestedFor } = request;
  const id = takeNumber(organization, 'build');
  const now = world.clock.now();
  const at = now.toISOString();
  const draft: Build = {
    id,
    projectId: project.id,
    definitionId: definition.id,
    definitionRevision: definition.revision,
    repositoryId: toText(toObject(definition.body.repository).id),
    number: '',
    status: 'notStarted',
    reason,
    branch,
    commitId,
    requestedBy,
    requestedFor,
    queueTime: at,
    lastChangedDate: at,
    lastChangedBy: requestedBy,
    parameters: request.parameters,
    variables: request.variables,
    secrets: request.secrets ?? [],
    predefined: request.predefined,
    triggerInfo: request.triggerInfo,
    pipelineRuns: request.pipelineRuns,
    stagesToSkip: request.stagesToSkip ?? [],
    validation: [],
    stages: read?.pipeline.stages.map(({ name }) => ({ name, state: 'pending' })) ?? [],
    tags: [],
    keepForever: false,
  };
  const number = read
    ? toRunNumber(read.pipeline.name, {
        organization,
        definitionId: definition.id,
        buildId: id,
        now,
        variables: toNumberVariables(scene, project, request, read, id),
      })
    : toRunNumber(undefined, { organization, definitionId: definition.id, buildId: id, now, variables: {} });
  return { ...draft, number };
}

function toNumberVariables(
  scene: Scene,
  project: Project,
  request: RunRequest,
  { pipeline, source }: ReadRun,
  id: number,
): Readonly<Record<string, string>> {
  const known = {
    ...listValues(scene, request.definition, request),
    ...toKnownVariables(scene, { ...request, project, repository: source.repository }),
    ...toRunVariables(scene.organization, { id, number: '' }),
    ...request.predefined,
  };
  return toTexts(addVariables(new Map(), listPlain(scene, project, pipeline, known), { variables: {} }));
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
