import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  getProject,
  type Handlers,
  list,
  ok,
  toObject,
  toText,
} from './call.ts';
import { toDefinitionText } from './definition-text.ts';
import { addDefinition, definitionsOf, getDefinition } from './definitions.ts';
import { badRequest } from './errors.ts';
import type { Definition, Json, Project } from './state.ts';

/** A pipeline as runs refer to it. */
export function toPipelineReference(call: Call, project: Project, definition: Definition): Json {
  const { id, revision, name, path } = definition;
  const url = `${call.base}/${project.id}/_apis/pipelines/${id}?revision=${revision}`;
  const web = `${call.base}/${project.id}/_build/definition?definitionId=${id}`;
  return { _links: { self: { href: url }, web: { href: web } }, url, id, revision, name, folder: path };
}

function describe(call: Call, project: Project, definition: Definition): Json {
  const repository = toObject(definition.body.repository);
  return {
    ...toPipelineReference(call, project, definition),
    configuration: {
      path: toText(toObject(definition.body.process).yamlFilename),
      repository: { id: repository.id, type: 'azureReposGit' },
      type: 'yaml',
    },
  };
}

function showPipelines(call: Call): Answer {
  const project = getProject(call);
  const { pipelineId } = call.params;
  if (pipelineId !== undefined) return ok(describe(call, project, getDefinition(call, project, pipelineId)));
  const [field = 'name', direction = 'asc'] = (findQuery(call, 'orderBy') ?? 'name asc').toLowerCase().split(/\s+/);
  const sorted = [...definitionsOf(call, project)].sort((a, b) =>
    field === 'id' ? a.id - b.id : a.name.localeCompare(b.name),
  );
  const ordered = direction === 'desc' ? sorted.reverse() : sorted;
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 10_000) || 10_000;
  const page = ordered.slice(skip, skip + top);
  return list(
    page.map((definition) => toPipelineReference(call, project, definition)),
    skip + page.length < ordered.length ? String(skip + page.length) : undefined,
  );
}

/** The same object as a build definition, made the short way: default branch, no queue, the file's own triggers. */
function createPipeline(call: Call): Answer {
  const project = getProject(call);
  const body = getBody(call);
  const configuration = toObject(body.configuration);
  const type = toText(configuration.type).toLowerCase();
  if (type !== 'yaml' && type !== '1') {
    throw badRequest(
      'This API does not support creating pipelines of configuration type ' + `${toText(configuration.type)}.`,
      'InvalidPipelineOperationException',
    );
  }
  if (toText(configuration.path) === '') {
    throw badRequest("Value cannot be null. (Parameter 'Path')", 'ArgumentNullException');
  }
  const { id, name } = toObject(configuration.repository);
  const definition = addDefinition(
    call,
    project,
    toDefinitionText(call, project, {
      name: body.name,
      path: toText(body.folder),
      process: { type: 2, yamlFilename: configuration.path },
      repository: { id, name, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
      triggers: [
        {
          branchFilters: [],
          pathFilters: [],
          settingsSourceType: 2,
          batchChanges: false,
          maxConcurrentBuildsPerBranch: 1,
          triggerType: 'continuousIntegration',
        },
      ],
    }),
  );
  return ok(describe(call, project, definition));
}

/** Pipelines, the newer view of build definitions. */
export const pipelineHandlers: Handlers = {
  pipelines: { GET: showPipelines, POST: createPipeline },
};
