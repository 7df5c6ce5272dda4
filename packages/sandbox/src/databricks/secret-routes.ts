import { type Fields, findText, getText, readFields, toFields } from './body.ts';
import { getScope } from './secrets.ts';
import { invalid, missing, ServiceError } from './service-error.ts';
import type { Call, DatabricksRoute } from './world.ts';

/** 128 KB, the service's limit for one secret. */
const SIZE_LIMIT = 128 * 1024;

/** `/api/2.0/secrets/*`: values go in, and only notebooks and clusters see them again. */
export const secretRoutes: readonly DatabricksRoute[] = [
  post('scopes/create', (call, fields) => {
    const scope = getName(fields, 'scope');
    if (call.store.data.secrets[scope]) {
      throw new ServiceError(400, 'RESOURCE_ALREADY_EXISTS', `Scope ${scope} already exists!`);
    }
    call.store.data.secrets[scope] = {};
  }),
  post('scopes/delete', (call, fields) => {
    const scope = getName(fields, 'scope');
    getScope(call, scope);
    delete call.store.data.secrets[scope];
  }),
  post('put', (call, fields) => {
    const scope = getScope(call, getName(fields, 'scope'));
    const bytes = findText(fields, 'bytes_value');
    const value = bytes === undefined ? findText(fields, 'string_value') : Buffer.from(bytes, 'base64').toString();
    if (value === undefined) throw invalid('Missing required field: string_value');
    if (Buffer.byteLength(value) > SIZE_LIMIT) throw invalid('The secret is over 128 KB long.');
    scope[getName(fields, 'key')] = { value, updatedAt: Date.now() };
  }),
  post('delete', (call, fields) => {
    const scope = getName(fields, 'scope');
    const key = getName(fields, 'key');
    if (!getScope(call, scope)[key]) throw missing(`Secret does not exist with scope: ${scope} and key: ${key}`);
    delete getScope(call, scope)[key];
  }),
  {
    method: 'GET',
    template: '/api/2.0/secrets/list',
    handle: (request, _params, call) => {
      const secrets = Object.entries(getScope(call, getText(toFields(request.query), 'scope')));
      const listed = secrets.map(([key, { updatedAt }]) => ({ key, last_updated_timestamp: updatedAt }));
      return { status: 200, body: listed.length > 0 ? { secrets: listed } : {} };
    },
  },
  {
    method: 'GET',
    template: '/api/2.0/secrets/scopes/list',
    handle: (_request, _params, call) => {
      const scopes = Object.keys(call.store.data.secrets).map((name) => ({ name, backend_type: 'DATABRICKS' }));
      return { status: 200, body: scopes.length > 0 ? { scopes } : {} };
    },
  },
];

function post(verb: string, work: (call: Call, fields: Fields) => void): DatabricksRoute {
  return {
    method: 'POST',
    template: `/api/2.0/secrets/${verb}`,
    handle: (request, _params, call) => {
      work(call, readFields(request));
      call.store.save();
      return { status: 200, body: {} };
    },
  };
}

function getName(fields: Fields, field: string): string {
  const name = getText(fields, field);
  if (/^[\w.@-]{1,128}$/.test(name) && name !== '__proto__') return name;
  throw invalid(`${field} may hold only letters, digits, - _ @ and ., at most 128 of them.`);
}
