import { type Call, isObject, toObject, toText } from './call.ts';
import {
  authorizationScope,
  definitionQuality,
  definitionType,
  type EnumTable,
  findEnumName,
  queueStatus,
  triggerType,
} from './enums.ts';
import { badRequest } from './errors.ts';
import { queuesOf } from './queues.ts';
import { findRepository } from './repositories.ts';
import type { Json, Project } from './state.ts';

/** What a definition says, once checked and brought into the service's own form. */
export interface DefinitionText {
  readonly name: string;
  readonly path: string;
  readonly body: Json;
}

/** Fields that the service sets itself, whatever a client sends back. */
const OWN = new Set([
  'id',
  'name',
  'path',
  'revision',
  'url',
  'uri',
  '_links',
  'project',
  'authoredBy',
  'createdDate',
  'drafts',
  'comment',
  'latestBuild',
  'latestCompletedBuild',
  'metrics',
]);

/** Checks a definition as it was sent. `previous`: what is being replaced; its secrets stay. */
export function toDefinitionText(call: Call, project: Project, sent: Json, previous?: Json): DefinitionText {
  const kept = Object.fromEntries(Object.entries(sent).filter(([key]) => !OWN.has(key)));
  const variables = withSecrets(toObject(sent.variables), toObject(previous?.variables));
  const body: Json = {
    ...kept,
    type: enumOr(definitionType, sent.type, 'build', 'type'),
    quality: enumOr(definitionQuality, sent.quality, 'definition', 'quality'),
    queueStatus: enumOr(queueStatus, sent.queueStatus, 'enabled', 'queueStatus'),
    jobAuthorizationScope: enumOr(
      authorizationScope,
      sent.jobAuthorizationScope,
      'projectCollection',
      'jobAuthorizationScope',
    ),
    jobTimeoutInMinutes: sent.jobTimeoutInMinutes ?? 60,
    jobCancelTimeoutInMinutes: sent.jobCancelTimeoutInMinutes ?? 5,
    triggers: toTriggers(sent.triggers),
    properties: toObject(sent.properties),
    tags: Array.isArray(sent.tags) ? sent.tags : [],
    process: toProcess(sent.process),
    repository: toRepository(call, project, sent.repository),
    queue: toQueueId(project, sent.queue),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  };
  return { name: toText(sent.name), path: toFolderPath(toText(sent.path)), body };
}

/** `ml/churn`, `\ml\churn\` and `\ml\churn` are the same folder. */
export function toFolderPath(text: string): string {
  const parts = text.split(/[\\/]/).filter((part) => part !== '');
  return `\\${parts.join('\\')}`;
}

function enumOr<Table extends EnumTable>(
  table: Table,
  value: unknown,
  fallback: keyof Table & string,
  field: string,
): string {
  if (value === undefined || value === null) return fallback;
  const name = findEnumName(table, value);
  if (name !== undefined) return name;
  throw badRequest(`The value '${String(value)}' is not valid for ${field}.`, 'InvalidDefinitionException');
}

function toTriggers(sent: unknown): readonly Json[] {
  if (!Array.isArray(sent)) return [];
  return sent.filter(isObject).map((trigger) => ({
    ...trigger,
    triggerType: enumOr(triggerType, trigger.triggerType, 'none', 'triggerType'),
  }));
}

function toProcess(sent: unknown): Json {
  const process = toObject(sent);
  const file = toText(process.yamlFilename);
  if (Number(process.type) !== 2 || file === '') {
    throw badRequest('The pipeline is not valid: a YAML file name is required.', 'DefinitionNotValidException');
  }
  return { yamlFilename: file, type: 2 };
}

function toRepository(call: Call, project: Project, sent: unknown): Json {
  const { id, name, type, ...rest } = toObject(sent);
  if (toText(type).toLowerCase() !== 'tfsgit') {
    throw badRequest(`The source provider '${toText(type)}' is not known here.`, 'InvalidDefinitionException');
  }
  const repository = findRepository(call.organization, toText(id) || toText(name), project);
  if (!repository) {
    throw badRequest(
      `The pipeline is not valid. Could not find repository ${toText(id) || toText(name)} in project ${project.name}.`,
      'DefinitionNotValidException',
    );
  }
  return { clean: null, checkoutSubmodules: false, ...rest, id: repository.id, type: 'TfsGit' };
}

function toQueueId(project: Project, sent: unknown): number | undefined {
  const { id, name } = toObject(sent);
  if (id === undefined && name === undefined) return undefined;
  const queue = queuesOf(project).find((candidate) => candidate.id === Number(id) || candidate.name === name);
  if (queue) return queue.id;
  throw badRequest(`Could not find a queue with identifier ${toText(id) || toText(name)}.`, 'QueueNotFoundException');
}

/** A secret that comes back as `null` is the one that was there. */
function withSecrets(sent: Json, previous: Json): Json {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      const variable = toObject(value);
      const keeps = variable.isSecret === true && (variable.value === null || variable.value === undefined);
      return [name, keeps ? { ...variable, value: toObject(previous[name]).value ?? null } : variable];
    }),
  );
}
