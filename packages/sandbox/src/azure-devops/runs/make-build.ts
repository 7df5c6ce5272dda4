import { toObject, toText } from '../call.ts';
import type { Scene } from '../pull-request-policies.ts';
import { type Build, type Project, takeNumber } from '../state.ts';
import { toKnownVariables, toRunVariables } from './predefined-variables.ts';
import { listPlain, listValues, type ReadRun } from './read-run.ts';
import { toRunNumber } from './run-number.ts';
import type { RunRequest } from './run-request.ts';
import { addVariables, toTexts } from './run-variables.ts';

/** A run that nothing has happened to. @param read absent where the pipeline could not be read */
export function makeBuild(scene: Scene, project: Project, request: RunRequest, read: ReadRun | undefined): Build {
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
