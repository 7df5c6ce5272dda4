import { randomUUID } from 'node:crypto';
import { toGuid } from '../identities.ts';
import {
  type Answer,
  type Call,
  findProject,
  findQuery,
  findQueryList,
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
import { requireRight } from './rights.ts';
import type { Endpoint, Json, Project } from './state.ts';

type Reference = Endpoint['references'][number];

/** Parameters that go in and never come out again, in lower case. */
const SECRETS = new Set([
  'serviceprincipalkey',
  'servicePrincipalCertificate'.toLowerCase(),
  'password',
  'apitoken',
  'accesstoken',
  'kubeconfig',
  'azureaccesstoken',
  'idtoken',
]);

function referenceIn(endpoint: Endpoint, project: Project): Reference | undefined {
  return endpoint.references.find(({ projectId }) => projectId === project.id);
}

/** A service connection as the service shows it to a project. */
function describe(call: Call, endpoint: Endpoint, project: Project | undefined): Json {
  const isReady = endpoint.readyAt <= Date.now();
  const reference = project ? referenceIn(endpoint, project) : endpoint.references[0];
  const { authorization, ...body } = endpoint.body;
  return {
    ...body,
    id: endpoint.id,
    name: reference?.name ?? body.name,
    description: reference?.description ?? '',
    createdBy: toIdentityRef(call, endpoint.createdBy),
    authorization: describeAuthorization(call, endpoint, toObject(authorization)),
    isShared: endpoint.references.length > 1,
    isOutdated: false,
    isReady,
    ...(isReady ? {} : { operationStatus: { state: 'InProgress', statusMessage: null } }),
    owner: 'Library',
    serviceEndpointProjectReferences: endpoint.references.map((entry) => describeReference(call, entry)),
  };
}

function describeReference(call: Call, { projectId, name, description }: Reference): Json {
  const project = findProject(call.organization, projectId);
  return { projectReference: { id: projectId, name: project?.name ?? '' }, name, description };
}

/** Federation: issuer and subject are the service's to give; the app's credential must repeat them exactly. */
function describeAuthorization(call: Call, endpoint: Endpoint, { scheme, parameters }: Json): Json {
  const shown = Object.entries(toObject(parameters)).map(([key, value]) => [
    key,
    SECRETS.has(key.toLowerCase()) ? null : value,
  ]);
  const tenant = toText(toObject(parameters).tenantid) || toText(toObject(parameters).tenantId);
  const federation =
    scheme === 'WorkloadIdentityFederation'
      ? {
          workloadIdentityFederationIssuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
          workloadIdentityFederationIssuerType: 'EntraID',
          workloadIdentityFederationSubject: `/eid1/c/pub/t/${toGuid(tenant)}/a/${toGuid('azure-devops')}/sc/${call.organization.id}/${endpoint.id}`,
        }
      : {};
  return { parameters: { ...Object.fromEntries(shown), ...federation }, scheme };
}

function getEndpoint(call: Call): Endpoint {
  const endpoint = call.organization.endpoints.find(({ id }) => id === call.params.endpointId?.toLowerCase());
  if (endpoint) return endpoint;
  throw new ServiceError(
    404,
    'ServiceEndpointNotFoundException',
    `The service connection with id ${call.params.endpointId} does not exist.`,
  );
}

function showEndpoints(call: Call): Answer {
  const project = getProject(call);
  const { endpointId } = call.params;
  const mine = call.organization.endpoints.filter((endpoint) => referenceIn(endpoint, project));
  if (endpointId !== undefined) {
    // Where there is none the service answers with nothing and success.
    const endpoint = mine.find(({ id }) => id === endpointId.toLowerCase());
    return endpoint ? ok(describe(call, endpoint, project)) : ok(null);
  }
  const names = findQueryList(call, 'endpointNames')?.map((name) => name.toLowerCase());
  const ids = findQueryList(call, 'endpointIds');
  const type = findQuery(call, 'type');
  const schemes = findQueryList(call, 'authSchemes');
  return list(
    mine
      .filter(
        (endpoint) =>
          (names === undefined || names.includes(referenceIn(endpoint, project)?.name.toLowerCase() ?? '')) &&
          (ids === undefined || ids.includes(endpoint.id)) &&
          (type === undefined || type === '' || endpoint.body.type === type) &&
          (schemes === undefined ||
            schemes.length === 0 ||
            schemes.includes(toText(toObject(endpoint.body.authorization).scheme))),
      )
      .map((endpoint) => describe(call, endpoint, project)),
  );
}

function toReferences(call: Call, sent: unknown): Reference[] {
  const references = Array.isArray(sent) ? sent.filter(isObject) : [];
  return references.map((reference) => {
    const { id, name } = toObject(reference.projectReference);
    const project = findProject(call.organization, toText(id) || toText(name));
    if (!project)
      throw new ServiceError(
        404,
        'ProjectDoesNotExistException',
        `VS800075: The project with id '${toText(id)}' does not exist, or you do not have permission to access it.`,
      );
    return { projectId: project.id, name: toText(reference.name), description: toText(reference.description) };
  });
}

function refuseTaken(call: Call, references: readonly Reference[], self?: Endpoint): void {
  for (const { projectId, name } of references) {
    const taken = call.organization.endpoints.some(
      (other) =>
        other !== self &&
        other.references.some(
          (entry) => entry.projectId === projectId && entry.name.toLowerCase() === name.toLowerCase(),
        ),
    );
    if (!taken) continue;
    throw new ServiceError(
      409,
      'DuplicateServiceConnectionException',
      `Service connection with name ${name} already exists. Only a user having Administrator/User role permissions on service connection ${name} can see it.`,
    );
  }
}

/** `project`: of an address with a project, where older clients leave the references out. */
function createEndpoint(call: Call, project: Project | undefined): Answer {
  const sent = getBody(call);
  const references = toReferences(call, sent.serviceEndpointProjectReferences);
  if (references.length === 0 && project) {
    references.push({ projectId: project.id, name: toText(sent.name), description: toText(sent.description) });
  }
  if (references.length === 0) {
    throw badRequest('At least one service endpoint project reference is required.', 'ArgumentException');
  }
  for (const { projectId } of references) {
    const owner = findProject(call.organization, projectId);
    requireRight(call, 'CreateEndpoint', owner ? { project: owner } : {});
  }
  checkBody(sent);
  refuseTaken(call, references);
  const endpoint: Endpoint = {
    id: randomUUID(),
    createdBy: call.identity.id,
    readyAt: Date.now() + call.world.store.data.settings.endpointDelay,
    body: toBody(sent),
    references,
  };
  call.organization.endpoints.push(endpoint);
  return ok(describe(call, endpoint, project));
}

function checkBody({ name, type, authorization }: Json): void {
  if (toText(name) === '')
    throw badRequest('Value cannot be null.\r\nParameter name: endpoint.Name', 'ArgumentNullException');
  if (toText(type) === '')
    throw badRequest('Value cannot be null.\r\nParameter name: endpoint.Type', 'ArgumentNullException');
  if (!isObject(authorization) || toText(authorization.scheme) === '') {
    throw badRequest('Value cannot be null.\r\nParameter name: endpoint.Authorization', 'ArgumentNullException');
  }
}

function toBody({ name, type, url, data, authorization }: Json): Json {
  return { data: toObject(data), name, type, url: url ?? '', authorization: toObject(authorization) };
}

function updateEndpoint(call: Call): Answer {
  const endpoint = getEndpoint(call);
  requireRight(call, 'AdministerResource', { createdBy: endpoint.createdBy, name: toText(endpoint.body.name) });
  const sent = getBody(call);
  checkBody(sent);
  const references = toReferences(call, sent.serviceEndpointProjectReferences);
  if (references.length === 0) {
    throw badRequest('At least one service endpoint project reference is required.', 'ArgumentException');
  }
  refuseTaken(call, references, endpoint);
  endpoint.body = withOldSecrets(toBody(sent), endpoint.body);
  endpoint.references = references;
  return ok(describe(call, endpoint, undefined));
}

/** A secret that comes back empty is the one that was there. */
function withOldSecrets(body: Json, previous: Json): Json {
  const authorization = toObject(body.authorization);
  const old = toObject(toObject(previous.authorization).parameters);
  const parameters = Object.entries(toObject(authorization.parameters)).map(([key, value]) => [
    key,
    SECRETS.has(key.toLowerCase()) && (value === null || value === '') ? old[key] : value,
  ]);
  return { ...body, authorization: { ...authorization, parameters: Object.fromEntries(parameters) } };
}

/** Lets further projects use the connection. */
function shareEndpoint(call: Call): Answer {
  const endpoint = getEndpoint(call);
  requireRight(call, 'AdministerResource', { createdBy: endpoint.createdBy, name: toText(endpoint.body.name) });
  const references = toReferences(call, getBodyList(call));
  refuseTaken(call, references, endpoint);
  const others = endpoint.references.filter((old) => references.every(({ projectId }) => projectId !== old.projectId));
  endpoint.references = [...others, ...references];
  return noContent();
}

function deleteEndpoint(call: Call): Answer {
  const endpoint = getEndpoint(call);
  requireRight(call, 'AdministerResource', { createdBy: endpoint.createdBy, name: toText(endpoint.body.name) });
  const projects = findQueryList(call, 'projectIds') ?? (call.params.project ? [getProject(call).id] : undefined);
  if (projects === undefined)
    throw badRequest('Value cannot be null.\r\nParameter name: projectIds', 'ArgumentNullException');
  endpoint.references = endpoint.references.filter(({ projectId }) => !projects.includes(projectId));
  if (endpoint.references.length === 0) {
    call.organization.endpoints = call.organization.endpoints.filter((other) => other !== endpoint);
  }
  return noContent();
}

/** Service connections. */
export const serviceEndpointHandlers: Handlers = {
  projectEndpoints: {
    GET: showEndpoints,
    POST: (call) => createEndpoint(call, getProject(call)),
    PUT: updateEndpoint,
    DELETE: deleteEndpoint,
  },
  endpoints: {
    POST: (call) => createEndpoint(call, undefined),
    PUT: updateEndpoint,
    PATCH: shareEndpoint,
    DELETE: deleteEndpoint,
  },
};
