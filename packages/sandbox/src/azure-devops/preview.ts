import { compilePipeline } from '../agent/compile/compile-pipeline.ts';
import { printPipeline } from '../agent/compile/print-pipeline.ts';
import { PipelineProblem } from '../agent/problem.ts';
import { TASKS } from '../agent/tasks.ts';
import type { Data } from '../agent/tree.ts';
import { type Answer, type Call, getBody, getProject, type Handlers, isObject, ok, toObject, toText } from './call.ts';
import { getDefinition, toDefinitionToken } from './definitions.ts';
import { ServiceError } from './errors.ts';
import { findDefaultBranch, findRef, tryGit } from './git.ts';
import { requireRight } from './rights.ts';
import type { Json, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** Where the files of a pipeline come from. */
interface Files {
  readonly repository: Repository;
  readonly folder: string;
  readonly branch: string;
  readonly commitId: string;
}

async function previewRun(call: Call): Promise<Answer> {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.pipelineId);
  const token = toDefinitionToken(project.id, definition.path, definition.id);
  requireRight(call, 'QueueBuilds', { project, token, name: `${definition.id}:${definition.name}` });
  const body = getBody(call);
  const files = getFiles(call, toText(toObject(definition.body.repository).id), findAskedBranch(body));
  const path = `/${toText(toObject(definition.body.process).yamlFilename).replace(/^\/+/, '')}`;
  const readFile = (file: string) => findFile(files, file);
  const describeMissing = (file: string) =>
    `File ${file} not found in repository ${call.base}/_git/${files.repository.name} branch ${files.branch} version ${files.commitId}.`;
  const text = toText(body.yamlOverride) || (await readFile(path));
  if (text === undefined) throw invalid(`${path}: ${describeMissing(path)}`);
  const parameters = toParameters(toObject(body.templateParameters));
  const variables = {
    'Build.DefinitionName': definition.name,
    'Build.Reason': 'Manual',
    'Build.Repository.Name': files.repository.name,
    'Build.SourceBranch': files.branch,
    'Build.SourceBranchName': files.branch.split('/').at(-1) ?? '',
    'Build.SourceVersion': files.commitId,
    'System.TeamProject': project.name,
  };
  try {
    const source = { path, text, readFile, describeMissing, parameters, variables, tasks: TASKS };
    return ok({ finalYaml: printPipeline(await compilePipeline(source)) });
  } catch (error) {
    if (error instanceof PipelineProblem) throw invalid(error.message);
    throw error;
  }
}

/** `resources.repositories.self.refName`, as for a run. */
function findAskedBranch(body: Json): string | undefined {
  const repositories = toObject(toObject(body.resources).repositories);
  return toText(toObject(repositories.self).refName) || undefined;
}

function getFiles(call: Call, repositoryId: string, asked: string | undefined): Files {
  const repository = call.organization.repositories.find(({ id }) => id === repositoryId);
  const folder = repository && toGitFolder(call.world, repository);
  const branch = asked ?? (folder && findDefaultBranch(folder));
  const commitId = folder && branch && findRef(folder, branch);
  if (repository && folder && branch && commitId) return { repository, folder, branch, commitId };
  const name = repository?.name ?? repositoryId;
  throw invalid(
    asked === undefined
      ? `The pipeline is not valid. The repository ${name} has no branch to read from.`
      : `The pipeline is not valid. The repository ${name} has no branch ${asked}.`,
  );
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'PipelineValidationException', message);
}

async function findFile({ folder, commitId }: Files, path: string): Promise<string | undefined> {
  const { code, stdout } = await tryGit(folder, ['cat-file', 'blob', `${commitId}:${path.slice(1)}`]);
  return code === 0 ? stdout.toString('utf8') : undefined;
}

/** Values arrive as text, lists and objects; numbers and truth values become text. */
function toParameters(values: Json): Readonly<Record<string, Data>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toData(value)]));
}

function toData(value: unknown): Data {
  if (Array.isArray(value)) return value.map(toData);
  if (isObject(value)) return toParameters(value);
  return value === null || value === undefined ? '' : String(value);
}

/** What a run would consist of, without running it. */
export const previewHandlers: Handlers = {
  preview: { POST: previewRun },
};
