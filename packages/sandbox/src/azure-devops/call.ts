import type { StoredIdentity } from '../identity-store.ts';
import type { Params, SandboxReply, SandboxRequest } from '../router.ts';
import { badRequest, ServiceError } from './errors.ts';
import type { LocationKey } from './locations.ts';
import type { Json, Organization, Project } from './state.ts';
import type { World } from './world.ts';

/** One request to a place of the service, with everything its handler needs. */
export interface Call {
  readonly world: World;
  readonly request: SandboxRequest;
  readonly organization: Organization;
  readonly identity: StoredIdentity;
  /** Decoded placeholders of the address. */
  readonly params: Params;
  /** `http://127.0.0.1:8080/org`, no slash at the end. */
  readonly base: string;
}

/** What a handler answers: nothing but what goes over the wire. */
export type Answer = Exclude<SandboxReply, 'handled'>;

/** Answers one method of one place. */
export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Handlers by place and method. */
export type Handlers = Partial<Record<LocationKey, Readonly<Record<string, Handler>>>>;

/** 200 with a body. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** 200 with a list in the service's wrapping. */
export function list(value: readonly unknown[], continuationToken?: string): Answer {
  const body = { count: value.length, value };
  return continuationToken === undefined
    ? { status: 200, body }
    : { status: 200, body, headers: { 'x-ms-continuationtoken': continuationToken } };
}

/** 204. */
export function noContent(): Answer {
  return { status: 204 };
}

/** A query value; names are compared without case, as the service does. */
export function findQuery(call: Call, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of call.request.query) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

/** A query value that lists several, joined by commas. */
export function findQueryList(call: Call, name: string): readonly string[] | undefined {
  return findQuery(call, name)
    ?.split(',')
    .filter((part) => part !== '');
}

/** A query value as a boolean. */
export function isQuerySet(call: Call, name: string): boolean {
  return findQuery(call, name)?.toLowerCase() === 'true';
}

/** The body as an object. @throws ServiceError 400 */
export function getBody(call: Call): Json {
  const body = parseBody(call);
  if (isObject(body)) return body;
  throw badRequest('Value cannot be null.\r\nParameter name: body', 'ArgumentNullException');
}

/** The body as a list. @throws ServiceError 400 */
export function getBodyList(call: Call): readonly Json[] {
  const body = parseBody(call);
  if (Array.isArray(body)) return body.filter(isObject);
  throw badRequest('Value cannot be null.\r\nParameter name: body', 'ArgumentNullException');
}

function parseBody(call: Call): unknown {
  try {
    return call.request.json();
  } catch (error) {
    throw badRequest(`The request body could not be read as JSON: ${(error as Error).message}`);
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as an object; anything else is an empty one. */
export function toObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** A value as text; anything but text and numbers is empty. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The project of the address. @throws ServiceError 404 */
export function getProject(call: Call): Project {
  const { project } = call.params;
  if (project === undefined) throw badRequest('A project name or id is required in order to make this request.');
  return getProjectNamed(call, project);
}

/** A project by name or id. @throws ServiceError 404 */
export function getProjectNamed(call: Call, nameOrId: string): Project {
  const project = findProject(call.organization, nameOrId);
  if (project && project.readyAt <= Date.now()) return project;
  throw new ServiceError(
    404,
    'ProjectDoesNotExistWithNameException',
    `TF200016: The following project does not exist: ${nameOrId}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`,
  );
}

/** A project by name or id, whatever its case and however new. */
export function findProject(organization: Organization, nameOrId: string): Project | undefined {
  const wanted = nameOrId.toLowerCase();
  return organization.projects.find((project) => project.name.toLowerCase() === wanted || project.id === wanted);
}

/** Whether `text` fits a name filter, in which `*` stands for anything; without case. */
export function fitsFilter(text: string, filter: string): boolean {
  const pattern = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 'is').test(text);
}
