import { type Answer, type Call, getBody, getProject, type Handlers, list, ok, toObject, toText } from '../call.ts';
import { getDefinition } from '../definitions.ts';
import { toPipelineReference } from '../pipelines.ts';
import { printPreview } from '../preview.ts';
import type { Build, Json } from '../state.ts';
import { toShown, toTextParameters } from './build-form.ts';
import { getBuild, requireRightOn } from './find-build.ts';
import { listLogs, printLog } from './log-routes.ts';
import { startRun } from './queue-build.ts';
import { invalidPipeline } from './read-pipeline.ts';

/** The newer view of a run. */
function describeRun(call: Call, build: Build): Json {
  const project = getProject(call);
  const definition = call.organization.definitions.find(({ id }) => id === build.definitionId);
  const at = `${call.base}/${project.id}`;
  const pipeline = definition && toPipelineReference(call, project, definition);
  const url = `${at}/_apis/pipelines/${build.definitionId}/runs/${build.id}`;
  const variables = Object.entries(toShown(build)).map(([name, value]) => [
    name,
    value === null ? { isSecret: true } : { value },
  ]);
  return {
    _links: {
      self: { href: url },
      web: { href: `${at}/_build/results?buildId=${build.id}` },
      'pipeline.web': { href: `${at}/_build/definition?definitionId=${build.definitionId}` },
      pipeline: { href: pipeline?.url ?? null },
    },
    ...(variables.length > 0 ? { variables: Object.fromEntries(variables) } : {}),
    templateParameters: toTextParameters(build),
    pipeline: toShort(pipeline),
    ...toState(build),
    createdDate: build.queueTime,
    ...(build.finishTime === undefined ? {} : { finishedDate: build.finishTime }),
    url,
    resources: describeResources(call, build),
    id: build.id,
    name: build.number,
  };
}

function toShort(pipeline: Json | undefined): Json | null {
  if (!pipeline) return null;
  const { url, id, revision, name, folder } = pipeline;
  return { url, id, revision, name, folder };
}

/** This view knows no partial success, and calls waiting `inProgress`. */
function toState({ status, result }: Build): Json {
  switch (status) {
    case 'notStarted':
    case 'inProgress':
      return { state: 'inProgress' };
    case 'cancelling':
      return { state: 'canceling' };
    case 'completed':
      return { state: 'completed', result: result === 'partiallySucceeded' ? 'succeeded' : result };
  }
}

function describeResources(call: Call, build: Build): Json {
  const project = getProject(call);
  const repositories = {
    self: {
      repository: { id: build.repositoryId, type: 'azureReposGit' },
      refName: build.branch,
      version: build.commitId,
    },
  };
  const pipelines = Object.entries(build.pipelineRuns).flatMap(([alias, id]) => {
    const run = call.organization.builds.find((each) => each.id === id);
    const definition = call.organization.definitions.find((each) => each.id === run?.definitionId);
    if (!run || !definition) return [];
    return [[alias, { pipeline: toShort(toPipelineReference(call, project, definition)), version: run.number }]];
  });
  return { repositories, ...(pipelines.length > 0 ? { pipelines: Object.fromEntries(pipelines) } : {}) };
}

/** Newest first; the service shows the last ten thousand, without pages. */
function showRuns(call: Call): Answer {
  const definition = getDefinition(call, getProject(call), call.params.pipelineId);
  const { runId } = call.params;
  if (runId !== undefined) return ok(describeRun(call, getBuild(call, runId)));
  const mine = call.organization.builds.filter(({ definitionId }) => definitionId === definition.id);
  return list(
    mine
      .slice(-10_000)
      .reverse()
      .map((build) => describeRun(call, build)),
  );
}

async function postRun(call: Call): Promise<Answer> {
  const body = getBody(call);
  const definition = getDefinition(call, getProject(call), call.params.pipelineId);
  if (body.previewRun === true) {
    requireRightOn(call, definition, 'QueueBuilds');
    return ok({ finalYaml: await printPreview(call, body) });
  }
  const resources = toObject(body.resources);
  const self = toObject(toObject(resources.repositories).self);
  const build = await startRun(call, definition, {
    branch: toText(self.refName),
    commitId: toText(self.version),
    parameters: toObject(body.templateParameters),
    variables: Object.fromEntries(
      Object.entries(toObject(body.variables)).map(([name, sent]) => {
        const { value, isSecret } = toObject(sent);
        return [name, { value: toText(value), isSecret: isSecret === true }];
      }),
    ),
    pipelineRuns: findAskedRuns(call, toObject(resources.pipelines)),
    stagesToSkip: Array.isArray(body.stagesToSkip) ? body.stagesToSkip.map(toText) : [],
  });
  return ok(describeRun(call, build));
}

/** Runs by number for the aliases of `resources.pipelines`. */
function findAskedRuns(call: Call, pipelines: Json): Readonly<Record<string, number>> {
  const project = getProject(call);
  const found = Object.entries(pipelines).flatMap(([alias, sent]) => {
    const version = toText(toObject(sent).version);
    if (version === '') return [];
    const run = call.organization.builds.findLast((each) => each.projectId === project.id && each.number === version);
    if (!run)
      throw invalidPipeline(`The pipeline is not valid. No run ${version} was found for the resource ${alias}.`);
    return [[alias, run.id] as const];
  });
  return Object.fromEntries(found);
}

function showRunLogs(call: Call): Answer {
  const build = getBuild(call, call.params.runId);
  const record = call.world.runs.open(call.organization, build);
  const { logId } = call.params;
  return logId === undefined ? ok({ logs: listLogs(call, build) }) : printLog(call, record, build, logId);
}

/** Runs of pipelines, the newer view of builds. */
export const pipelineRunHandlers: Handlers = {
  pipelineRuns: { GET: showRuns, POST: postRun },
  pipelineLogs: { GET: showRunLogs },
};
