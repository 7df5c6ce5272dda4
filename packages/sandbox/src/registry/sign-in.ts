import type { SandboxReply, SandboxRequest } from '../router.ts';
import { RegistryError } from './registry-error.ts';
import { LIFETIMES, type RegistryTokens, type RegistryUser, type SignIn, TOKEN_USER } from './tokens.ts';

/** Who calls `/v2/`: an access token of the registry, or name and password at once. */
export function findCaller(
  authorization: string | undefined,
  tokens: RegistryTokens,
  signIn: SignIn,
): RegistryUser | undefined {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return tokens.find('access', value);
  return findByPassword(authorization, tokens, signIn);
}

/** Where to get a token, as the `WWW-Authenticate` header says it. */
export function toChallenge({ headers, method, path }: SandboxRequest): string {
  const host = headers.host ?? '127.0.0.1';
  const repository = /^\/v2\/(.+)\/(?:blobs|manifests|tags|referrers)\//.exec(path)?.[1];
  const actions = method === 'GET' || method === 'HEAD' ? 'pull' : 'pull,push';
  const scope = repository === undefined ? '' : `,scope="repository:${repository}:${actions}"`;
  return `Bearer realm="http://${host}/oauth2/token",service="${host}"${scope}`;
}

/** `/oauth2/token` and `/oauth2/exchange`. */
export function answerTokenRequest(
  request: SandboxRequest,
  form: URLSearchParams,
  tokens: RegistryTokens,
  signIn: SignIn,
): SandboxReply {
  if (request.path === '/oauth2/exchange' && request.method === 'POST') {
    const user = signIn(`Bearer ${form.get('access_token') ?? ''}`);
    if (!user) throw refused();
    return { status: 200, body: { refresh_token: tokens.grant('refresh', user) } };
  }
  const user =
    request.method === 'GET'
      ? findByPassword(request.headers.authorization, tokens, signIn)
      : findByForm(form, tokens, signIn);
  if (!user) throw refused();
  const token = tokens.grant('access', user);
  return { status: 200, body: { access_token: token, token, expires_in: LIFETIMES.access } };
}

function findByForm(form: URLSearchParams, tokens: RegistryTokens, signIn: SignIn): RegistryUser | undefined {
  if (form.get('grant_type') === 'refresh_token') return tokens.find('refresh', form.get('refresh_token') ?? '');
  const pair = `${form.get('username') ?? ''}:${form.get('password') ?? ''}`;
  return findByPassword(`Basic ${Buffer.from(pair).toString('base64')}`, tokens, signIn);
}

function findByPassword(
  authorization: string | undefined,
  tokens: RegistryTokens,
  signIn: SignIn,
): RegistryUser | undefined {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const [name, ...password] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return name === TOKEN_USER ? tokens.find('refresh', password.join(':')) : signIn(authorization);
}

function refused(): RegistryError {
  const hint = 'visit https://aka.ms/acr/authorization for more information.';
  return new RegistryError('UNAUTHORIZED', `authentication required, ${hint}`);
}
