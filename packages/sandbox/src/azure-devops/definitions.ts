import {
  type Answer,
  type Call,
  findQuery,
  findQueryList,
  fitsFilter,
  getBody,
  getProject,
  type Handlers,
  isQuerySet,
  list,
  noContent,
  ok,
  toText,
} from './call.ts';
import { describeDefinition, referToDefinition } from './definition-form.ts';
import { type DefinitionText, toDefinitionText } from './definition-text.ts';
import { definitionOrder, findEnumName } from './enums.ts';
import { badRequest, ServiceError } from './errors.ts';
import { ensureFolder } from './folders.ts';
import { checkDefinitionName } from './object-names.ts';
import { requireRight } from './rights.ts';
import { describeBuild } from './runs/build-form.ts';
import { removeBuilds } from './runs/remove-builds.ts';
import { type Definition, type Json, type Project, takeNumber } from './state.ts';

/** The definition of the address. @throws ServiceError 404 */
export function getDefinition(call: Call, project: Project, id: string | undefined): Definition {
  const found = definitionsOf(call, project).find((definition) => String(definition.id) === id);
  if (found) return found;
  throw new ServiceError(
    404,
    'DefinitionNotFoundException',
    `VS800073: The build pipeline ${id} does not exist or has been deleted.`,
  );
}

/** All definitions of a project. */
export function definitionsOf(call: Call, project: Project): readonly Definition[] {
  return call.organization.definitions.filter(({ projectId }) => projectId === project.id);
}

/** Security token of a definition: its folder belongs to it. */
export function toDefinitionToken(projectId: string, path: string, id: number | string): string {
  const folders = path.split('\\').filter((part) => part !== '');
  return [projectId, ...folders, id].join('/');
}

/** Makes a definition; name and folder together are unique. @throws ServiceError 403, 409 */
export function addDefinition(call: Call, project: Project, text: DefinitionText): Definition {
  checkDefinitionName(text.name, text.path);
  requireRight(call, 'CreateBuildDefinition', { project, token: project.id, name: text.name });
  refuseTaken(call, project, text);
  ensureFolder(call, project, text.path);
  const definition: Definition = {
    id: takeNumber(call.organization, 'definition'),
    projectId: project.id,
    revision: 1,
    name: text.name,
    path: text.path,
    createdDate: new Date().toISOString(),
    authoredBy: call.identity.id,
    body: text.body,
    history: [],
  };
  call.organization.definitions.push(definition);
  note(call, definition, '');
  return definition;
}

function note(call: Call, definition: Definition, comment: string): void {
  const changedDate = new Date().toISOString();
  definition.history.push({ revision: definition.revision, changedBy: call.identity.id, changedDate, comment });
}

function refuseTaken(call: Call, project: Project, { name, path }: DefinitionText, self?: Definition): void {
  const key = `${path}\\${name}`.toLowerCase();
  const taken = definitionsOf(call, project).some(
    (other) => other !== self && `${other.path}\\${other.name}`.toLowerCase() === key,
  );
  if (!taken) return;
  throw new ServiceError(
    409,
    'DefinitionExistsException',
    `Build pipeline ${name} already exists for project ${project.name}.`,
  );
}

function createDefinition(call: Call): Answer {
  const project = getProject(call);
  const definition = addDefinition(call, project, toDefinitionText(call, project, getBody(call)));
  return ok(describeDefinition(call, project, definition));
}

function updateDefinition(call: Call): Answer {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.definitionId);
  const body = getBody(call);
  const token = toDefinitionToken(project.id, definition.path, definition.id);
  requireRight(call, 'EditBuildDefinition', { project, token, name: `${definition.id}:${definition.name}` });
  if (body.id !== undefined && String(body.id) !== String(definition.id)) {
    throw badRequest('The id of the definition does not match the id of the address.', 'InvalidDefinitionException');
  }
  if (body.revision !== definition.revision) {
    throw new ServiceError(
      409,
      'DefinitionRevisionMismatchException',
      `The build pipeline was changed by somebody else: revision ${toText(body.revision)} is not the latest revision (${definition.revision}).`,
    );
  }
  const text = toDefinitionText(call, project, body, definition.body);
  checkDefinitionName(text.name, text.path);
  refuseTaken(call, project, text, definition);
  ensureFolder(call, project, text.path);
  definition.name = text.name;
  definition.path = text.path;
  definition.body = text.body;
  definition.revision += 1;
  definition.authoredBy = call.identity.id;
  note(call, definition, toText(body.comment));
  return ok(describeDefinition(call, project, definition));
}

/** Runs go with their definition. */
async function deleteDefinition(call: Call): Promise<Answer> {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.definitionId);
  const token = toDefinitionToken(project.id, definition.path, definition.id);
  requireRight(call, 'DeleteBuildDefinition', { project, token, name: `${definition.id}:${definition.name}` });
  const { organization } = call;
  organization.definitions = organization.definitions.filter((other) => other !== definition);
  await removeBuilds(call, ({ definitionId }) => definitionId === definition.id);
  return noContent();
}

function listDefinitions(call: Call): Answer {
  const project = getProject(call);
  const found = sort(
    definitionsOf(call, project).filter((definition) => fits(call, definition)),
    findEnumName(definitionOrder, findQuery(call, 'queryOrder')),
  );
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 10_000) || 10_000;
  const page = found.slice(skip, skip + top);
  const describe = isQuerySet(call, 'includeAllProperties') ? describeDefinition : referToDefinition;
  return list(
    page.map((definition) => ({ ...describe(call, project, definition), ...describeLatest(call, definition) })),
    skip + page.length < found.length ? String(skip + page.length) : undefined,
  );
}

/** The newest runs of a definition, where they are asked for. */
function describeLatest(call: Call, { id }: Definition): Json {
  if (!isQuerySet(call, 'includeLatestBuilds')) return {};
  const { builds } = call.organization;
  const latest = builds.findLast(({ definitionId }) => definitionId === id);
  const completed = builds.findLast(({ definitionId, status }) => definitionId === id && status === 'completed');
  return {
    ...(latest ? { latestBuild: describeBuild(call, latest) } : {}),
    ...(completed ? { latestCompletedBuild: describeBuild(call, completed) } : {}),
  };
}

function fits(call: Call, definition: Definition): boolean {
  const { repository, process } = definition.body as {
    repository?: { id?: string };
    process?: { yamlFilename?: string };
  };
  const name = findQuery(call, 'name');
  const path = findQuery(call, 'path');
  const repositoryId = findQuery(call, 'repositoryId');
  const yaml = findQuery(call, 'yamlFilename');
  const ids = findQueryList(call, 'definitionIds');
  const processType = findQuery(call, 'processType');
  return (
    (name === undefined || fitsFilter(definition.name, name)) &&
    (path === undefined ||
      definition.path.toLowerCase() === `\\${path.replaceAll('/', '\\').replace(/^\\+|\\+$/g, '')}`.toLowerCase()) &&
    (repositoryId === undefined || repository?.id === repositoryId.toLowerCase()) &&
    (yaml === undefined || process?.yamlFilename === yaml) &&
    (processType === undefined || processType === '2' || processType === '0') &&
    (ids === undefined || ids.includes(String(definition.id)))
  );
}

function sort(definitions: readonly Definition[], order: string | undefined): readonly Definition[] {
  const byName = (a: Definition, b: Definition) => a.name.localeCompare(b.name);
  const changed = (definition: Definition) => definition.history.at(-1)?.changedDate ?? definition.createdDate;
  const byChange = (a: Definition, b: Definition) => changed(a).localeCompare(changed(b)) || a.id - b.id;
  switch (order) {
    case 'definitionNameAscending':
      return [...definitions].sort(byName);
    case 'definitionNameDescending':
      return [...definitions].sort((a, b) => byName(b, a));
    case 'lastModifiedAscending':
      return [...definitions].sort(byChange);
    case 'lastModifiedDescending':
      return [...definitions].sort((a, b) => byChange(b, a));
    default:
      return definitions;
  }
}

function showDefinitions(call: Call): Answer {
  if (call.params.definitionId === undefined) return listDefinitions(call);
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.definitionId);
  return ok({ ...describeDefinition(call, project, definition), ...describeLatest(call, definition) });
}

function showRevisions(call: Call): Answer {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.definitionId);
  return list(
    definition.history.map(({ changedBy, ...revision }) => ({
      ...revision,
      name: definition.name,
      changedBy: { id: changedBy },
      changeType: revision.revision === 1 ? 'add' : 'update',
      definitionUrl: `${call.base}/${project.id}/_apis/build/Definitions/${definition.id}?revision=${revision.revision}`,
    })),
  );
}

/** Build definitions. */
export const definitionHandlers: Handlers = {
  definitions: {
    GET: showDefinitions,
    POST: createDefinition,
    PUT: updateDefinition,
    DELETE: deleteDefinition,
  },
  definitionRevisions: { GET: showRevisions },
};
