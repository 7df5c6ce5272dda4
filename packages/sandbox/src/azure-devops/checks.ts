import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  getBodyList,
  getProject,
  type Handlers,
  isObject,
  list,
  noContent,
  ok,
  toObject,
  toText,
} from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { toIdentityRef } from './people.ts';
import { findResource, getResource } from './protected-resources.ts';
import { requireRight } from './rights.ts';
import { type Check, type Json, type Project, takeNumber } from './state.ts';

const TYPES: Readonly<Record<string, string>> = {
  '8c6f20a7-a545-4486-9777-f762fafe0d4d': 'Approval',
  'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7': 'Task Check',
  '2ef31ad6-baa0-403a-8b45-2cbc9b4e5563': 'ExclusiveLock',
  '4020e66e-b0f3-47e1-bc88-48f3cc59b5f3': 'ExtendsCheck',
};

/** Thirty days, in minutes. */
const LONGEST_TIMEOUT = 43_200;

function checksOf(call: Call, project: Project): readonly Check[] {
  return call.organization.checks.filter(({ projectId }) => projectId === project.id);
}

/** Settings come back only when they are asked for, and right after a write. */
function describe(call: Call, check: Check, withSettings: boolean): Json {
  return {
    ...(withSettings ? { settings: describeSettings(call, check.settings) } : {}),
    createdBy: toIdentityRef(call, check.createdBy),
    createdOn: check.createdOn,
    modifiedBy: toIdentityRef(call, check.createdBy),
    modifiedOn: check.modifiedOn,
    timeout: check.timeout,
    id: check.id,
    version: check.version,
    type: check.type,
    url: `${call.base}/${check.projectId}/_apis/pipelines/checks/configurations/${check.id}`,
    resource: check.resource,
  };
}

function describeSettings(call: Call, settings: unknown): unknown {
  if (!isObject(settings) || !Array.isArray(settings.approvers)) return settings;
  const approvers = settings.approvers.filter(isObject).map(({ id }) => toIdentityRef(call, toText(id)));
  return { ...settings, approvers };
}

function wantsSettings(call: Call): boolean {
  return findQuery(call, '$expand')?.toLowerCase() === 'settings' || findQuery(call, '$expand') === '1';
}

function getCheck(call: Call, project: Project): Check {
  const check = checksOf(call, project).find(({ id }) => String(id) === call.params.id);
  if (check) return check;
  throw new ServiceError(
    404,
    'CheckConfigurationNotFoundException',
    `Check configuration with id ${call.params.id} not found.`,
  );
}

function showChecks(call: Call): Answer {
  const project = getProject(call);
  if (call.params.id !== undefined) return ok(describe(call, getCheck(call, project), wantsSettings(call)));
  const type = findQuery(call, 'resourceType')?.toLowerCase();
  const id = findQuery(call, 'resourceId');
  const found = checksOf(call, project).filter(
    ({ resource }) => (type === undefined || resource.type === type) && (id === undefined || resource.id === id),
  );
  return list(found.map((check) => describe(call, check, wantsSettings(call))));
}

function queryChecks(call: Call): Answer {
  const project = getProject(call);
  const wanted = getBodyList(call).map(({ type, id }) => `${toText(type).toLowerCase()}:${toText(id)}`);
  const found = checksOf(call, project).filter(({ resource }) => wanted.includes(`${resource.type}:${resource.id}`));
  return list(found.map((check) => describe(call, check, wantsSettings(call))));
}

function toTimeout(sent: unknown): number {
  const timeout = sent === undefined || sent === null ? LONGEST_TIMEOUT : Number(sent);
  if (Number.isInteger(timeout) && timeout > 0 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw badRequest(`Timeout must lie between 1 and ${LONGEST_TIMEOUT} minutes.`, 'InvalidCheckConfigurationException');
}

/** Nothing is unique here: a second equal check is a second check. */
function createCheck(call: Call): Answer {
  const project = getProject(call);
  const body = getBody(call);
  const { type, id } = toObject(body.resource);
  const resource = getResource(call, project, toText(type), toText(id));
  requireAdministration(call, project, resource);
  const typeId = toText(toObject(body.type).id).toLowerCase();
  const typeName = TYPES[typeId];
  if (typeName === undefined) {
    throw badRequest(`Check type ${typeId || '(none)'} is not known.`, 'InvalidCheckConfigurationException');
  }
  const now = new Date().toISOString();
  const check: Check = {
    id: takeNumber(call.organization, 'check'),
    projectId: project.id,
    type: { id: typeId, name: typeName },
    settings: body.settings ?? {},
    timeout: toTimeout(body.timeout),
    resource: { type: resource.type, id: resource.id, name: resource.name },
    createdBy: call.identity.id,
    createdOn: now,
    modifiedOn: now,
    version: 1,
  };
  call.organization.checks.push(check);
  return ok(describe(call, check, true));
}

function requireAdministration(
  call: Call,
  project: Project,
  { name, createdBy }: { name: string; createdBy?: string },
): void {
  requireRight(call, 'AdministerResource', { project, name, ...(createdBy === undefined ? {} : { createdBy }) });
}

function requireOwn(call: Call, project: Project, check: Check): void {
  const resource = findResource(call, project, check.resource.type, check.resource.id);
  requireAdministration(call, project, resource ?? { name: check.resource.name ?? '', createdBy: check.createdBy });
}

function updateCheck(call: Call): Answer {
  const project = getProject(call);
  const check = getCheck(call, project);
  requireOwn(call, project, check);
  const body = getBody(call);
  if (body.settings !== undefined) check.settings = body.settings;
  if (body.timeout !== undefined) check.timeout = toTimeout(body.timeout);
  check.modifiedOn = new Date().toISOString();
  check.version += 1;
  return ok(describe(call, check, true));
}

function deleteCheck(call: Call): Answer {
  const project = getProject(call);
  const check = getCheck(call, project);
  requireOwn(call, project, check);
  call.organization.checks = call.organization.checks.filter((other) => other !== check);
  return noContent();
}

/** Checks on resources. */
export const checkHandlers: Handlers = {
  checks: { GET: showChecks, POST: createCheck, PATCH: updateCheck, DELETE: deleteCheck },
  checkQueries: { POST: queryChecks },
};
