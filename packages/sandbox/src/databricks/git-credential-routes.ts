import { type Fields, findFlag, findText, getText, readFields } from './body.ts';
import { toDigest, toProvider } from './git-folders.ts';
import { missing, taken } from './service-error.ts';
import type { GitCredential } from './state.ts';
import { type Call, type DatabricksRoute, takeId } from './world.ts';

/** `/api/2.0/git-credentials`: each caller sees the own ones only. */
export const gitCredentialRoutes: readonly DatabricksRoute[] = [
  {
    method: 'POST',
    template: '/api/2.0/git-credentials',
    handle: (request, _params, call) => ({ status: 200, body: describe(create(call, readFields(request))) }),
  },
  {
    method: 'GET',
    template: '/api/2.0/git-credentials',
    handle: (_request, _params, call) => {
      const credentials = listOwn(call).map(describe);
      return { status: 200, body: credentials.length > 0 ? { credentials } : {} };
    },
  },
  {
    method: 'GET',
    template: '/api/2.0/git-credentials/{id}',
    handle: (_request, params, call) => ({ status: 200, body: describe(get(call, params.id ?? '')) }),
  },
  {
    method: 'PATCH',
    template: '/api/2.0/git-credentials/{id}',
    handle: (request, params, call) => {
      const old = get(call, params.id ?? '');
      const next = { ...old, ...toFilled(readFields(request)) };
      replace(
        call,
        call.store.data.credentials.map((one) => (one.id === old.id ? next : one)),
      );
      return { status: 200, body: {} };
    },
  },
  {
    method: 'DELETE',
    template: '/api/2.0/git-credentials/{id}',
    handle: (_request, params, call) => {
      const { id } = get(call, params.id ?? '');
      replace(
        call,
        call.store.data.credentials.filter((one) => one.id !== id),
      );
      return { status: 200, body: {} };
    },
  },
];

function create(call: Call, fields: Fields): GitCredential {
  const provider = toProvider(getText(fields, 'git_provider'), 'git_provider');
  const own = listOwn(call).filter((one) => one.provider === provider);
  const name = findText(fields, 'name');
  // Several credentials of one provider are told apart by their names.
  if (own.some((one) => one.name === name)) {
    throw taken(`Only one Git credential named "${name ?? ''}" is supported for provider ${provider} and this user.`);
  }
  const isDefault = findFlag(fields, 'is_default_for_provider') || own.length === 0;
  const credential = { id: takeId(call), owner: call.caller.account, isDefault, ...toFilled(fields), provider };
  const others = call.store.data.credentials.map((one) =>
    isDefault && own.includes(one) ? { ...one, isDefault: false } : one,
  );
  replace(call, [...others, credential]);
  return credential;
}

/** The fields that were sent, as they are kept. */
function toFilled(fields: Fields) {
  const provider = findText(fields, 'git_provider');
  const username = findText(fields, 'git_username');
  const email = findText(fields, 'git_email');
  const name = findText(fields, 'name');
  const token = findText(fields, 'personal_access_token');
  return {
    ...(provider === undefined ? {} : { provider: toProvider(provider, 'git_provider') }),
    ...(username === undefined ? {} : { username }),
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    ...(token === undefined ? {} : { tokenDigest: toDigest(token) }),
  };
}

function listOwn(call: Call): GitCredential[] {
  return call.store.data.credentials.filter(({ owner }) => owner === call.caller.account);
}

function get(call: Call, id: string): GitCredential {
  const credential = listOwn(call).find((one) => String(one.id) === id);
  if (!credential) throw missing(`Git credential with ID ${id} does not exist.`);
  return credential;
}

function replace(call: Call, credentials: GitCredential[]): void {
  call.store.data.credentials = credentials;
  call.store.save();
}

/** The token is never sent back. */
function describe(credential: GitCredential): Record<string, unknown> {
  return {
    credential_id: credential.id,
    git_provider: credential.provider,
    is_default_for_provider: credential.isDefault,
    ...(credential.username === undefined ? {} : { git_username: credential.username }),
    ...(credential.email === undefined ? {} : { git_email: credential.email }),
    ...(credential.name === undefined ? {} : { name: credential.name }),
  };
}
