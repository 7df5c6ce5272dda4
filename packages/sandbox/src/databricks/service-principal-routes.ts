import type { SandboxReply } from '../router.ts';
import { isFields } from './body.ts';
import { addServicePrincipal, listServicePrincipals, removeServicePrincipal } from './service-principals.ts';
import type { ServicePrincipal } from './state.ts';
import type { Call, DatabricksRoute } from './world.ts';

const BASE = '/api/2.0/preview/scim/v2/ServicePrincipals';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal';

/** Members of the workspace that are applications, in the words of SCIM. */
export const servicePrincipalRoutes: readonly DatabricksRoute[] = [
  {
    method: 'GET',
    template: BASE,
    handle: (request, _params, call) => {
      const wanted = /^applicationId eq "?([^"]*)"?$/i.exec(request.query.get('filter') ?? '')?.[1]?.toLowerCase();
      const found = listServicePrincipals(call).filter(
        (member) => wanted === undefined || member.applicationId.toLowerCase() === wanted,
      );
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
      const counts = { totalResults: found.length, startIndex: 1, itemsPerPage: found.length };
      return { status: 200, body: { schemas, ...counts, Resources: found.map(describe) } };
    },
  },
  { method: 'POST', template: BASE, handle: (request, _params, call) => add(call, request.json()) },
  {
    method: 'DELETE',
    template: `${BASE}/{id}`,
    handle: (_request, params, call) => {
      if (call.caller.role !== 'administrator') return refuse(403, 'Only workspace administrators may do this.');
      if (!removeServicePrincipal(call, Number(params.id)))
        return refuse(404, `ServicePrincipal ${params.id} not found.`);
      return { status: 204 };
    },
  },
];

function add(call: Call, body: unknown): SandboxReply {
  if (call.caller.role !== 'administrator') return refuse(403, 'Only workspace administrators may do this.');
  const { applicationId, displayName } = isFields(body) ? body : {};
  if (typeof applicationId !== 'string' || !/^[0-9a-f-]{36}$/i.test(applicationId)) {
    return refuse(400, 'applicationId must be the id of an application in Microsoft Entra.');
  }
  const exists = listServicePrincipals(call).some(
    (member) => member.applicationId.toLowerCase() === applicationId.toLowerCase(),
  );
  if (exists) return refuse(409, `Service principal with application ID ${applicationId} already exists.`);
  const name = typeof displayName === 'string' && displayName !== '' ? displayName : applicationId;
  return { status: 201, body: describe(addServicePrincipal(call, { applicationId, displayName: name })) };
}

function describe({ id, applicationId, displayName }: ServicePrincipal): Record<string, unknown> {
  const entitlements = [{ value: 'workspace-access' }];
  return { schemas: [SCHEMA], id: String(id), applicationId, displayName, active: true, entitlements, groups: [] };
}

function refuse(status: number, detail: string): SandboxReply {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
  return { status, body: { schemas, detail, status: String(status) } };
}
