import type { Pipeline } from '../../agent/compile/pipeline.ts';
import type { Data } from '../../agent/tree.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Build, Definition, Organization, Project } from '../state.ts';
import { invalidPipeline } from './read-pipeline.ts';
import type { RunRequest } from './run-request.ts';

/** One entry of `resources.pipelines`. */
interface PipelineResource {
  readonly alias: string;
  /** Name of the other pipeline, with or without its folder. */
  readonly source: string;
  readonly branch: string;
  readonly version: string;
  readonly tags: readonly string[];
}

/** The pipelines that a pipeline names as resources. */
export function listPipelineResources({ head }: Pipeline): readonly PipelineResource[] {
  const resources = head.resources as Readonly<Record<string, Data>> | undefined;
  const pipelines = resources?.pipelines;
  if (!Array.isArray(pipelines)) return [];
  return (pipelines as readonly Readonly<Record<string, Data>>[]).map((item) => ({
    alias: toText(item.pipeline),
    source: toText(item.source),
    branch: toText(item.branch),
    version: toText(item.version),
    tags: Array.isArray(item.tags) ? item.tags.map(toText) : [],
  }));
}

function toText(value: Data | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A definition by name, or by folder and name: `\ml\churn\retrain`. */
export function findSourceDefinition(
  { definitions }: Organization,
  projectId: string,
  source: string,
): Definition | undefined {
  const wanted = source.replaceAll('/', '\\').toLowerCase();
  return definitions.find((definition) => {
    if (definition.projectId !== projectId) return false;
    const { name, path } = definition;
    const full = `${path === '\\' ? '' : path}\\${name}`.toLowerCase();
    return name.toLowerCase() === wanted || full === wanted || full === `\\${wanted}`;
  });
}

/**
 * The run behind each alias: the one asked for or that triggered this run, else the newest good one. An alias
 * without any run stays empty: nothing of it can be downloaded, but the pipeline runs.
 * @throws ServiceError 400 if there is no such pipeline
 */
export async function resolvePipelineRuns(
  { organization }: Scene,
  project: Project,
  request: RunRequest,
  pipeline: Pipeline,
): Promise<Readonly<Record<string, number>>> {
  const found = listPipelineResources(pipeline).flatMap((resource): (readonly [string, number])[] => {
    const definition = findSourceDefinition(organization, project.id, resource.source);
    if (!definition) throw invalidPipeline(`Pipeline Resource ${resource.alias} Input Must be Valid.`);
    const given = request.pipelineRuns[resource.alias];
    const run = given === undefined ? findNewest(organization, definition, resource) : { id: given };
    return run ? [[resource.alias, run.id]] : [];
  });
  return { ...request.pipelineRuns, ...Object.fromEntries(found) };
}

function findNewest(
  { builds }: Organization,
  definition: Definition,
  { branch, version, tags }: PipelineResource,
): Build | undefined {
  return builds.findLast(
    (build) =>
      build.definitionId === definition.id &&
      (build.result === 'succeeded' || build.result === 'partiallySucceeded') &&
      (branch === '' || build.branch === branch || build.branch === `refs/heads/${branch}`) &&
      (version === '' || build.number === version) &&
      tags.every((tag) => build.tags.includes(tag)),
  );
}

/** What steps know of the runs behind the aliases (MicrosoftDocs process/resources, pipelines). */
export function toResourceVariables(
  { world, organization }: Scene,
  build: Pick<Build, 'pipelineRuns'>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(build.pipelineRuns).flatMap(([alias, id]) => {
    const run = organization.builds.find((each) => each.id === id);
    const definition = organization.definitions.find((each) => each.id === run?.definitionId);
    const project = organization.projects.find((each) => each.id === run?.projectId);
    if (!run || !definition || !project) return [];
    const person = world.identities().find((identity) => identity.id === run.requestedFor);
    const values = {
      projectID: project.id,
      projectName: project.name,
      pipelineName: definition.name,
      pipelineID: String(definition.id),
      runName: run.number,
      runID: String(run.id),
      runURI: `vstfs:///Build/Build/${run.id}`,
      sourceBranch: run.branch,
      sourceCommit: run.commitId,
      sourceProvider: 'TfsGit',
      requestedFor: person?.displayName ?? '',
      requestedForID: run.requestedFor,
    };
    return Object.entries(values).map(([name, value]) => [`resources.pipeline.${alias}.${name}`, value] as const);
  });
  return Object.fromEntries(entries);
}
