import { type Answer, type Call, getBody, getProject, isObject, ok, toObject, toText } from '../call.ts';
import { getDefinition } from '../definitions.ts';
import { badRequest, ServiceError } from '../errors.ts';
import type { Definition, Json } from '../state.ts';
import { describeBuild } from './build-form.ts';
import { requireRightOn } from './find-build.ts';
import { queueRun } from './queue-run.ts';
import { getSource, invalidPipeline, toParameters } from './read-pipeline.ts';

/** What a person or program asks of a new run. */
export interface Asked {
  readonly branch: string;
  readonly commitId: string;
  readonly parameters: Json;
  readonly variables: Readonly<Record<string, { readonly value: string; readonly isSecret: boolean }>>;
  readonly pipelineRuns: Readonly<Record<string, number>>;
  readonly stagesToSkip: readonly string[];
}

/** Starts a run of a definition in the older form: variables as JSON within the JSON. */
export async function queueBuild(call: Call): Promise<Answer> {
  const project = getProject(call);
  const body = getBody(call);
  const id = toText(toObject(body.definition).id);
  if (id === '') throw badRequest('Value cannot be null.\r\nParameter name: build.Definition', 'ArgumentNullException');
  const definition = getDefinition(call, project, id);
  const build = await startRun(call, definition, {
    branch: toText(body.sourceBranch),
    commitId: toText(body.sourceVersion),
    parameters: toObject(body.templateParameters),
    variables: toVariables(body.parameters),
    pipelineRuns: {},
    stagesToSkip: [],
  }).catch(refuseAsBuild);
  return ok(describeBuild(call, build));
}

/** This address wraps what is wrong with a pipeline; the list is for programs, the message for people. */
function refuseAsBuild(error: unknown): never {
  if (!(error instanceof ServiceError) || error.typeKey !== 'PipelineValidationException') throw error;
  throw new ServiceError(400, 'BuildRequestValidationFailedException', error.message, {
    ValidationResults: [{ result: 'error', message: error.message }],
  });
}

function toVariables(sent: unknown): Asked['variables'] {
  if (sent === undefined || sent === null || sent === '') return {};
  try {
    const values: unknown = typeof sent === 'string' ? JSON.parse(toJson(sent)) : sent;
    if (!isObject(values)) throw new SyntaxError('an object was expected');
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { value: toText(value), isSecret: false }]),
    );
  } catch (error) {
    throw badRequest(`The parameters of the build are not valid JSON: ${(error as Error).message}`);
  }
}

/** The service takes quotes of either kind, and the Azure CLI sends what Python prints of a dictionary. */
function toJson(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/g, (token, single: string | undefined) =>
    single === undefined ? token : `"${single.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`,
  );
}

/** Starts a run that somebody asked for. @throws ServiceError */
export async function startRun(call: Call, definition: Definition, asked: Asked) {
  requireRightOn(call, definition, 'QueueBuilds');
  refuseUnsettable(call, definition, Object.keys(asked.variables));
  const branch = toRef(asked.branch) || toRef(toText(toObject(definition.body.repository).defaultBranch));
  const source = await getSource(call, definition, {
    ...(branch === '' ? {} : { branch }),
    ...(asked.commitId === '' ? {} : { commitId: asked.commitId.toLowerCase() }),
  });
  const names = Object.keys(asked.variables);
  return queueRun(call.world, {
    organization: call.organization,
    definition,
    reason: 'manual',
    branch: source.branch,
    commitId: source.commitId,
    requestedBy: call.identity.id,
    requestedFor: call.identity.id,
    parameters: toParameters(asked.parameters),
    variables: Object.fromEntries(Object.entries(asked.variables).map(([name, { value }]) => [name, value])),
    secrets: names.filter((name) => asked.variables[name]?.isSecret === true),
    triggerInfo: {},
    predefined: {},
    pipelineRuns: asked.pipelineRuns,
    stagesToSkip: asked.stagesToSkip,
  });
}

/** `main` is `refs/heads/main`. */
function toRef(name: string): string {
  return name === '' || name.startsWith('refs/') ? name : `refs/heads/${name}`;
}

/** A run sets only what the definition says may be set; debugging always may. */
function refuseUnsettable(call: Call, definition: Definition, names: readonly string[]): void {
  if (getProject(call).generalSettings.enforceSettableVar === false) return;
  const settable = Object.entries(toObject(definition.body.variables))
    .filter(([, variable]) => toObject(variable).allowOverride === true)
    .map(([name]) => name.toLowerCase());
  const refused = names.filter((name) => ![...settable, 'system.debug'].includes(name.toLowerCase()));
  if (refused.length === 0) return;
  throw invalidPipeline(
    `You can't set the following variables (${refused.join(', ')}). If you want to be able to set these variables, then edit the pipeline and select Settable at queue time on the variables tab of the pipeline editor.`,
  );
}
