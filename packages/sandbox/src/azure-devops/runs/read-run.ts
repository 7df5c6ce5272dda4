import type { Pipeline } from '../../agent/compile/pipeline.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Definition, Project } from '../state.ts';
import { toGitFolder } from '../world.ts';
import { toKnownVariables } from './predefined-variables.ts';
import { getSourceRepository, invalidPipeline, type PipelineSource, readPipeline } from './read-pipeline.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';
import type { RunRequest } from './run-request.ts';
import { findResources } from './run-resources.ts';
import { addVariables, listDeclared, listOfDefinition, toTexts } from './run-variables.ts';

/** A pipeline, read for a run. */
export interface ReadRun {
  readonly source: PipelineSource;
  readonly pipeline: Pipeline;
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
export function listValues(
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

/** What is known without running anything, and the pipeline's own variables that are plain. */
export function listPlain(
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
