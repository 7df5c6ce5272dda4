import type { SandboxReply, SandboxRequest } from '../router.ts';
import { WORKSPACE_ID } from './identity-routes.ts';
import type { World } from './world.ts';

const TOKEN_SECONDS = 3600;

/** What is answered without a token: where to sign in, and the sign-in of service principals. */
export function findPublicReply(world: World, request: SandboxRequest): SandboxReply | undefined {
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
  switch (`${request.method} ${request.path}`) {
    case 'GET /.well-known/databricks-config':
      return { status: 200, body: { oidc_endpoint: `${origin}/oidc`, workspace_id: WORKSPACE_ID, cloud: 'Azure' } };
    case 'GET /oidc/.well-known/oauth-authorization-server':
      return {
        status: 200,
        body: { authorization_endpoint: `${origin}/oidc/v1/authorize`, token_endpoint: `${origin}/oidc/v1/token` },
      };
    case 'POST /oidc/v1/token':
      return grantToken(world, request);
    default:
      return undefined;
  }
}

/** OAuth client credentials (RFC 6749 §4.4): an identity's id, with its token as the secret. */
function grantToken(world: World, request: SandboxRequest): SandboxReply {
  const form = new URLSearchParams(request.body.toString('utf8'));
  if (form.get('grant_type') !== 'client_credentials') return refuse(400, 'unsupported_grant_type');
  const [id, secret] = readClient(request, form);
  const client = world.identities().find((identity) => identity.id === id && identity.token === secret);
  if (!client) return refuse(401, 'invalid_client');
  const body = { access_token: client.token, token_type: 'Bearer', expires_in: TOKEN_SECONDS, scope: 'all-apis' };
  return { status: 200, body, headers: { 'cache-control': 'no-store' } };
}

function readClient(request: SandboxRequest, form: URLSearchParams): readonly [string, string] {
  const basic = /^basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) return [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return [decodeURIComponent(id), decodeURIComponent(secret.join(':'))];
}

function refuse(status: number, error: string): SandboxReply {
  return { status, body: { error, error_description: 'Client authentication failed' } };
}
