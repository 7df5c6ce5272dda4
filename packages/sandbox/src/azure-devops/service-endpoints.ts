import { randomUUID } from 'node:crypto';
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
import { requireRight } from './rights.ts';
import { describeEndpoint, referenceIn, withOldSecrets } from './service-endpoint-form.ts';
import type { Endpoint, Json, Project } from './state.ts';

type Reference = Endpoint['references'][number];

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
    return endpoint ? ok(describeEndpoint(call, endpoint, project)) : ok(null);
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
      .map((endpoint) => describeEndpoint(call, endpoint, project)),
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
  return ok(describeEndpoint(call, endpoint, project));
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
  return ok(describeEndpoint(call, endpoint, undefined));
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
