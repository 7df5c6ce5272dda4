import { randomUUID } from 'node:crypto';
import type { IdentityStore } from '../identity-store.ts';
import type { SandboxRequest, Service } from '../router.ts';
import { findBuildIdentity } from '../sign-in/find-build-identity.ts';
import { signInPage } from '../sign-in-page.ts';
import { type Answer, type Call, type Handler, type Handlers, list } from './call.ts';
import { ServiceError, toErrorBody } from './errors.ts';
import { findLocations } from './find-location.ts';
import { answerGit } from './git-http.ts';
import { handlers } from './handlers.ts';
import { type Location, locations } from './locations.ts';
import { findArtifactContent } from './runs/artifact-routes.ts';
import { settlePullRequests } from './settle-pull-requests.ts';
import { checkVersion, findVersion } from './version.ts';
import { toWireForm } from './wire-form.ts';
import { findOrganization, type World } from './world.ts';

/** The whole of the local Azure DevOps, one request at a time. */
export function azureDevOpsService(world: World, identities: IdentityStore): Service {
  return async (request) => {
    try {
      return await answer(world, identities, request);
    } catch (error) {
      if (error instanceof ServiceError) return { status: error.status, body: toErrorBody(error) };
      throw error;
    }
  };
}

async function answer(world: World, identities: IdentityStore, request: SandboxRequest): Promise<Answer> {
  const segments = decodePath(request.path);
  const organization = findOrganization(world, segments[0] ?? '');
  if (!organization) return notFoundPage();
  const { authorization } = request.headers;
  const identity =
    identities.find(authorization) ??
    findBuildIdentity(identities.all(), world.signIn.tokens, organization, authorization);
  if (!identity) return unauthorized(world, segments.includes('_git'));
  if (identity.expired) return segments.includes('_git') ? unauthorized(world, true) : signInPage();
  const base = `${world.origin()}/${organization.name}`;
  const rest = segments.slice(1);
  if (rest.includes('_git')) return answerGit({ world, request, organization, identity, params: {}, base }, rest);
  return answerRest({ world, request, organization, identity, params: {}, base }, rest);
}

async function answerRest(call: Call, path: readonly string[]): Promise<Answer> {
  const { request } = call;
  const apis = path.findIndex((segment) => segment.toLowerCase() === '_apis');
  if (apis < 0) return notFoundPage();
  if (request.method === 'OPTIONS') return list(toOptions(path[apis + 1]));
  const content = findArtifactContent(call, path);
  if (content) return content;
  const found = findLocations(path);
  const fit = found.find(({ location }) => findHandler(handlers, location, request.method));
  if (!fit) return found.length === 0 ? noController(request) : wrongMethod(request);
  checkVersion(request, fit.location);
  const handle = findHandler(handlers, fit.location, request.method);
  if (!handle) return wrongMethod(request);
  const run = async () => handle({ ...call, params: fit.params });
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead) return decorate(request, fit.location, await run());
  const answer = await call.world.inTurn(run);
  // A stage may wait for what this request changed: leave to use a resource, an approval.
  call.world.runs.wake();
  // Votes, policies, refs and more decide over open pull requests; what follows happens after the answer, as on the service.
  if (/^(git|policy)$/i.test(fit.location.area)) settlePullRequests(call.world);
  return decorate(request, fit.location, answer);
}

function findHandler(all: Handlers, location: Location, method: string): Handler | undefined {
  return all[location.key]?.[method];
}

/** All places of an area; the area's case does not matter, and no area means all. */
function toOptions(area: string | undefined): readonly unknown[] {
  const wanted = area?.toLowerCase();
  return locations
    .filter((location) => wanted === undefined || location.area.toLowerCase() === wanted)
    .map(({ key: _key, ...location }) => location);
}

function decorate(request: SandboxRequest, location: Location, reply: Answer): Answer {
  const isData = typeof reply.body === 'object' && reply.body !== null && !Buffer.isBuffer(reply.body);
  return {
    ...reply,
    ...(isData ? { body: toWireForm(reply.body, location, request.headers.accept ?? '') } : {}),
    headers: {
      ...(isData || reply.body === null
        ? {
            'content-type': `application/json; charset=utf-8; api-version=${findVersion(request) ?? location.maxVersion}`,
          }
        : {}),
      ActivityId: randomUUID(),
      'X-TFS-Session': randomUUID(),
      ...reply.headers,
    },
  };
}

function decodePath(path: string): readonly string[] {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    throw new ServiceError(
      400,
      'HttpRequestException',
      'A potentially dangerous Request.Path value was detected from the client.',
    );
  }
}

function unauthorized(world: World, isGit: boolean): Answer {
  const realm = `Basic realm="${world.origin()}/"`;
  return {
    status: 401,
    headers: {
      'www-authenticate': isGit ? realm : `Bearer authorization_uri=https://login.microsoftonline.com/, ${realm}`,
    },
  };
}

function notFoundPage(): Answer {
  return {
    status: 404,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html><html><head><title>The resource cannot be found.</title></head><body>404 - The resource cannot be found.</body></html>',
  };
}

function noController(request: SandboxRequest): Answer {
  const body = `The controller for path '${request.path}' was not found or does not implement IController.`;
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function wrongMethod(request: SandboxRequest): Answer {
  const message = `The requested resource does not support http method '${request.method}'.`;
  return { status: 405, body: { count: 1, value: { Message: message } } };
}
