import type { SandboxReply } from '../router.ts';
import { type Fields, findText, getText, isFields, readFields } from './body.ts';
import {
  getCredential,
  grantToken,
  listCredentials,
  maySee,
  putCredential,
  removeCredential,
  requireOwner,
  toCredential,
} from './service-credentials.ts';
import { denied, invalid, ServiceError } from './service-error.ts';
import type { ServiceCredential } from './state.ts';
import type { Call, DatabricksRoute } from './world.ts';

const BASE = '/api/2.1/unity-catalog';
const GRANTS = `${BASE}/permissions/{kind}/{name}`;

/** Service credentials of Unity Catalog, who may use them, and their tokens. */
export const serviceCredentialRoutes: readonly DatabricksRoute[] = [
  {
    method: 'GET',
    template: `${BASE}/credentials`,
    handle: (_request, _params, call) => ({
      status: 200,
      body: {
        credentials: listCredentials(call)
          .filter((one) => maySee(one, call.caller))
          .map(describe),
      },
    }),
  },
  {
    method: 'POST',
    template: `${BASE}/credentials`,
    handle: (request, _params, call) => create(call, readFields(request)),
  },
  {
    method: 'GET',
    template: `${BASE}/credentials/{name}`,
    handle: (_request, { name = '' }, call) => {
      const credential = getCredential(call, name);
      if (!maySee(credential, call.caller)) throw denied(`User does not have ACCESS on Credential '${name}'.`);
      return { status: 200, body: describe(credential) };
    },
  },
  {
    method: 'DELETE',
    template: `${BASE}/credentials/{name}`,
    handle: (_request, { name = '' }, call) => {
      const credential = getCredential(call, name);
      requireOwner(credential, call.caller);
      removeCredential(call, credential);
      return { status: 200, body: {} };
    },
  },
  {
    method: 'POST',
    template: `${BASE}/temporary-service-credentials`,
    handle: (request, _params, call) => {
      const fields = readFields(request);
      const resources = isFields(fields.azure_options) ? fields.azure_options.resources : undefined;
      const resource = Array.isArray(resources) ? String(resources[0]) : '';
      const token = grantToken(call, getText(fields, 'credential_name'), call.caller.account, resource);
      return { status: 200, body: { azure_aad: { aad_token: token.text }, expiration_time: token.expiresOn * 1000 } };
    },
  },
  {
    method: 'GET',
    template: GRANTS,
    handle: (_request, params, call) => ({ status: 200, body: describeGrants(getGranted(call, params)) }),
  },
  {
    method: 'PATCH',
    template: GRANTS,
    handle: (request, params, call) => {
      const credential = getGranted(call, params);
      requireOwner(credential, call.caller);
      const changed = {
        ...credential,
        grants: change(credential.grants, readFields(request).changes),
        updatedAt: Date.now(),
      };
      putCredential(call, changed);
      return { status: 200, body: describeGrants(changed) };
    },
  },
];

function create(call: Call, fields: Fields): SandboxReply {
  if (call.caller.role !== 'administrator') {
    throw denied('User does not have CREATE SERVICE CREDENTIAL on Metastore.');
  }
  const name = getText(fields, 'name');
  if (!/^[\w.@-]{1,255}$/.test(name)) throw invalid(`Invalid credential name: ${name}.`);
  if (fields.purpose !== 'SERVICE') throw invalid('The sandbox keeps credentials of purpose SERVICE only.');
  const identity = fields.azure_managed_identity;
  if (!isFields(identity) || typeof identity.access_connector_id !== 'string') {
    throw invalid('Missing required field: azure_managed_identity.access_connector_id');
  }
  if (listCredentials(call).some((one) => one.name.toLowerCase() === name.toLowerCase())) {
    throw new ServiceError(409, 'CREDENTIAL_ALREADY_EXISTS', `Credential '${name}' already exists.`);
  }
  const { access_connector_id, managed_identity_id } = identity;
  const kept = { access_connector_id, ...(managed_identity_id === undefined ? {} : { managed_identity_id }) };
  const made = toCredential(name, { comment: findText(fields, 'comment') ?? '', identity: kept }, call.caller.account);
  putCredential(call, made);
  return { status: 200, body: describe(made) };
}

function describe({ id, name, comment, identity, owner, createdAt, updatedAt }: ServiceCredential): Fields {
  return {
    id,
    name,
    full_name: name,
    purpose: 'SERVICE',
    ...(comment === '' ? {} : { comment }),
    azure_managed_identity: { ...identity, credential_id: id },
    owner,
    created_at: createdAt,
    created_by: owner,
    updated_at: updatedAt,
    updated_by: owner,
    isolation_mode: 'ISOLATION_MODE_OPEN',
    read_only: false,
    used_for_managed_storage: false,
  };
}

function getGranted(call: Call, { kind = '', name = '' }: Readonly<Record<string, string>>): ServiceCredential {
  if (kind.toLowerCase() !== 'credential') throw invalid(`The sandbox has no securables of type ${kind}.`);
  return getCredential(call, name);
}

/** `[{ principal, add: ['ACCESS'], remove: [] }]` */
function change(grants: ServiceCredential['grants'], changes: unknown): ServiceCredential['grants'] {
  if (!Array.isArray(changes) || !changes.every(isFields)) throw invalid('changes must be a list of objects.');
  const changed = { ...grants };
  for (const one of changes) {
    const principal = getText(one, 'principal');
    const [add = [], remove = []] = [one.add, one.remove].map((list) => (Array.isArray(list) ? list.map(String) : []));
    const unknown = add.find((privilege) => privilege !== 'ACCESS');
    if (unknown !== undefined) throw invalid(`Privilege ${unknown} is not applicable to this entity.`);
    const kept = (changed[principal] ?? []).filter((privilege) => !remove.includes(privilege));
    changed[principal] = [...new Set([...kept, ...add])];
  }
  return changed;
}

function describeGrants({ grants }: ServiceCredential): Fields {
  const held = Object.entries(grants).filter(([, privileges]) => privileges.length > 0);
  return { privilege_assignments: held.map(([principal, privileges]) => ({ principal, privileges })) };
}
