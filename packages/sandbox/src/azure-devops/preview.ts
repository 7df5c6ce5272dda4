import { printPipeline } from '../agent/compile/print-pipeline.ts';
import { type Answer, type Call, getBody, getProject, type Handlers, ok, toObject, toText } from './call.ts';
import { getDefinition, toDefinitionToken } from './definitions.ts';
import { requireRight } from './rights.ts';
import { toKnownVariables } from './runs/predefined-variables.ts';
import { getSource, readPipeline, toParameters } from './runs/read-pipeline.ts';
import type { Json } from './state.ts';

async function previewRun(call: Call): Promise<Answer> {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.pipelineId);
  const token = toDefinitionToken(project.id, definition.path, definition.id);
  requireRight(call, 'QueueBuilds', { project, token, name: `${definition.id}:${definition.name}` });
  return ok({ finalYaml: await printPreview(call, getBody(call)) });
}

/** The pipeline that a run would consist of, as one text. @throws ServiceError 400 */
export async function printPreview(call: Call, body: Json): Promise<string> {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.pipelineId);
  const self = toObject(toObject(toObject(body.resources).repositories).self);
  const branch = toText(self.refName);
  const source = await getSource(call, definition, branch === '' ? {} : { branch });
  const { id } = call.identity;
  const facts = { project, definition, ...source, reason: 'manual', requestedBy: id, requestedFor: id } as const;
  const text = toText(body.yamlOverride);
  const pipeline = await readPipeline(call, definition, {
    source,
    ...(text === '' ? {} : { text }),
    parameters: toParameters(toObject(body.templateParameters)),
    variables: toKnownVariables(call, facts),
  });
  return printPipeline(pipeline);
}

/** What a run would consist of, without running it. */
export const previewHandlers: Handlers = {
  preview: { POST: previewRun },
};
