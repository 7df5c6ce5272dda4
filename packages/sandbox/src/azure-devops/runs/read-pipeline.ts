import { compilePipeline } from '../../agent/compile/compile-pipeline.ts';
import type { Pipeline } from '../../agent/compile/pipeline.ts';
import { PipelineProblem } from '../../agent/problem.ts';
import { checkPipeline } from '../../agent/run/check-pipeline.ts';
import { TASKS } from '../../agent/tasks.ts';
import type { Data } from '../../agent/tree.ts';
import { isObject, toObject, toText } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { findDefaultBranch, findRef, tryGit } from '../git.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Definition, Json, Repository } from '../state.ts';
import { toGitFolder } from '../world.ts';

/** A commit that a pipeline is read at. */
export interface PipelineSource {
  readonly repository: Repository;
  readonly folder: string;
  readonly branch: string;
  readonly commitId: string;
}

/** What a pipeline is read with. */
export interface Reading {
  readonly source: PipelineSource;
  /** Takes the place of the definition's file. */
  readonly text?: string;
  readonly parameters: Readonly<Record<string, Data>>;
  /** Variables that template expressions know. */
  readonly variables: Readonly<Record<string, string>>;
}

/** 400, in the words with which the service refuses a pipeline. */
export function invalidPipeline(message: string): ServiceError {
  return new ServiceError(400, 'PipelineValidationException', message);
}

/** The repository of a definition. @throws ServiceError 400 if it is gone */
export function getSourceRepository({ organization }: Scene, definition: Definition): Repository {
  const id = toText(toObject(definition.body.repository).id);
  const repository = organization.repositories.find((candidate) => candidate.id === id);
  if (repository && !repository.isDisabled) return repository;
  throw invalidPipeline(`The pipeline is not valid. The repository ${repository?.name ?? id} could not be found.`);
}

/** Branch and commit that a run is asked for; the definition's or the repository's default branch where nothing is said. @throws ServiceError 400 */
export async function getSource(
  scene: Scene,
  definition: Definition,
  asked: { readonly branch?: string; readonly commitId?: string },
): Promise<PipelineSource> {
  const repository = getSourceRepository(scene, definition);
  const folder = toGitFolder(scene.world, repository);
  const branch = asked.branch ?? findDefaultBranch(folder);
  const head = branch && findRef(folder, branch);
  if (!branch || !head) {
    throw invalidPipeline(
      asked.branch === undefined
        ? `The pipeline is not valid. The repository ${repository.name} has no branch to read from.`
        : `The pipeline is not valid. The repository ${repository.name} has no branch ${asked.branch}.`,
    );
  }
  if (asked.commitId === undefined || asked.commitId === head) return { repository, folder, branch, commitId: head };
  if (await isWithin(folder, asked.commitId, head)) return { repository, folder, branch, commitId: asked.commitId };
  throw invalidPipeline(
    `The pipeline is not valid. The version ${asked.commitId} of the repository ${repository.name} could not be found on ${branch}.`,
  );
}

async function isWithin(folder: string, commitId: string, head: string): Promise<boolean> {
  if (!/^[0-9a-f]{40}$/i.test(commitId)) return false;
  return (await tryGit(folder, ['merge-base', '--is-ancestor', commitId, head])).code === 0;
}

/** Path of the definition's file in the repository, with a leading slash. */
export function toYamlPath(definition: Definition): string {
  return `/${toText(toObject(definition.body.process).yamlFilename).replace(/^\/+/, '')}`;
}

/** Reads a pipeline with all its templates at a commit. @throws ServiceError 400 that names file, line and column */
export async function readPipeline(
  { world, organization }: Scene,
  definition: Definition,
  { source, text, parameters, variables }: Reading,
): Promise<Pipeline> {
  const { folder, branch, commitId, repository } = source;
  const path = toYamlPath(definition);
  const readFile = async (file: string) => {
    const { code, stdout } = await tryGit(folder, ['cat-file', 'blob', `${commitId}:${file.slice(1)}`]);
    return code === 0 ? stdout.toString('utf8') : undefined;
  };
  const describeMissing = (file: string) =>
    `File ${file} not found in repository ${world.origin()}/${organization.name}/_git/${repository.name} branch ${branch} version ${commitId}.`;
  const entry = text ?? (await readFile(path));
  if (entry === undefined) throw invalidPipeline(`${path}: ${describeMissing(path)}`);
  try {
    const files = { path, text: entry, readFile, describeMissing };
    const pipeline = await compilePipeline({ ...files, parameters, variables, tasks: TASKS });
    checkPipeline(pipeline);
    return pipeline;
  } catch (error) {
    if (error instanceof PipelineProblem) throw invalidPipeline(error.message);
    throw error;
  }
}

/** Values arrive as text, lists and objects; numbers and truth values become text. */
export function toParameters(values: Json): Readonly<Record<string, Data>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toData(value)]));
}

function toData(value: unknown): Data {
  if (Array.isArray(value)) return value.map(toData);
  if (isObject(value)) return toParameters(value);
  return value === null || value === undefined ? '' : String(value);
}
