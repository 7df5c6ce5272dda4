import { toGuid } from '../identities.ts';
import { type Call, findProject, toObject, toText } from './call.ts';
import { toIdentityRef } from './people.ts';
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

/** The connection as the project knows it. */
export function referenceIn(endpoint: Endpoint, project: Project): Reference | undefined {
  return endpoint.references.find(({ projectId }) => projectId === project.id);
}

/** A service connection as the service shows it to a project. */
export function describeEndpoint(call: Call, endpoint: Endpoint, project: Project | undefined): Json {
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

/** A secret that comes back empty is the one that was there. */
export function withOldSecrets(body: Json, previous: Json): Json {
  const authorization = toObject(body.authorization);
  const old = toObject(toObject(previous.authorization).parameters);
  const parameters = Object.entries(toObject(authorization.parameters)).map(([key, value]) => [
    key,
    SECRETS.has(key.toLowerCase()) && (value === null || value === '') ? old[key] : value,
  ]);
  return { ...body, authorization: { ...authorization, parameters: Object.fromEntries(parameters) } };
}
