import type { SandboxReply, SandboxRequest, Service } from '../router.ts';
import { type BlobStore, openBlobStore } from './blob-store.ts';
import { appendUpload, cancelUpload, deleteBlob, finishUpload, getBlob, getUpload, startUpload } from './blobs.ts';
import { deleteManifest, getManifest, listReferrers, listRepositories, listTags, putManifest } from './manifests.ts';
import { RegistryError } from './registry-error.ts';
import { openRepositories, type Repositories } from './repositories.ts';
import { answerTokenRequest, findCaller, toChallenge } from './sign-in.ts';
import type { RegistryTokens, RegistryUser, SignIn } from './tokens.ts';

/** What the registry holds. */
export interface Registry {
  readonly blobs: BlobStore;
  readonly repositories: Repositories;
}

/** What the registry needs from the sandbox around it. */
export interface RegistryContext {
  readonly registry: Registry;
  readonly signIn: SignIn;
  readonly tokens: RegistryTokens;
}

/** Opens the images of a folder. */
export function openRegistry(folder: string): Registry {
  return { blobs: openBlobStore(folder), repositories: openRepositories(folder) };
}

/**
 * An image registry by the OCI distribution specification 1.1, with the sign-in of Azure's.
 * It reads bodies itself, since a layer may be larger than memory: its port has to be opened with `streaming`.
 */
export function registryService({ registry, signIn, tokens }: RegistryContext): Service {
  return async (request) => {
    try {
      return withVersion(await answer(registry, tokens, signIn, request));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      request.raw.request.resume();
      const challenge: Record<string, string> =
        error.code === 'UNAUTHORIZED' ? { 'www-authenticate': toChallenge(request) } : {};
      return withVersion({ status: error.status, headers: challenge, body: error.toBody() });
    }
  };
}

function withVersion(reply: SandboxReply): SandboxReply {
  if (reply === 'handled') return reply;
  return { ...reply, headers: { 'docker-distribution-api-version': 'registry/2.0', ...reply.headers } };
}

async function answer(
  registry: Registry,
  tokens: RegistryTokens,
  signIn: SignIn,
  request: SandboxRequest,
): Promise<SandboxReply> {
  const { method, path } = request;
  if (path === '/oauth2/token' || path === '/oauth2/exchange') {
    const form = new URLSearchParams((await readAll(request)).toString('utf8'));
    return answerTokenRequest(request, form, tokens, signIn);
  }
  const caller = findCaller(request.headers.authorization, tokens, signIn);
  if (!caller) throw new RegistryError('UNAUTHORIZED', 'authentication required');
  if (path === '/v2/' || path === '/v2') return { status: 200, body: {} };
  if (path === '/v2/_catalog' && method === 'GET') return listRepositories(registry, request);
  return answerRepository(registry, caller, request);
}

const NAME = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*';
const PATH = /^\/v2\/(?<repository>.+?)\/(?<part>blobs\/uploads|blobs|manifests|tags|referrers)\/(?<rest>[^/]*)$/;

async function answerRepository(
  registry: Registry,
  caller: RegistryUser,
  request: SandboxRequest,
): Promise<SandboxReply> {
  const { repository = '', part, rest = '' } = PATH.exec(decodeURIComponent(request.path))?.groups ?? {};
  if (part === undefined) throw new RegistryError('UNSUPPORTED', 'The operation is unsupported.');
  if (repository.length > 255 || !new RegExp(`^${NAME}$`).test(repository)) {
    throw new RegistryError('NAME_INVALID', 'invalid repository name', repository);
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && !caller.mayPush) {
    throw new RegistryError('DENIED', 'requested access to the resource is denied', [
      { Type: 'repository', Name: repository, Action: 'push' },
    ]);
  }
  switch (`${reads ? 'GET' : request.method} ${part}`) {
    case 'GET blobs':
      return getBlob(registry, repository, rest, request);
    case 'DELETE blobs':
      return deleteBlob(registry, repository, rest);
    case 'POST blobs/uploads':
      return startUpload(registry, repository, request);
    case 'GET blobs/uploads':
      return getUpload(registry, repository, rest);
    case 'PATCH blobs/uploads':
      return appendUpload(registry, repository, rest, request);
    case 'PUT blobs/uploads':
      return finishUpload(registry, repository, rest, request);
    case 'DELETE blobs/uploads':
      return cancelUpload(registry, rest);
    case 'GET manifests':
      return getManifest(registry, repository, rest);
    case 'PUT manifests':
      return putManifest(registry, repository, rest, await readAll(request), request.headers['content-type']);
    case 'DELETE manifests':
      return deleteManifest(registry, repository, rest);
    case 'GET tags':
      return listTags(registry, repository, request);
    case 'GET referrers':
      return listReferrers(registry, repository, rest, request);
  }
  throw new RegistryError('UNSUPPORTED', 'The operation is unsupported.');
}

/** Manifests and forms are small; one that is not is cut off after twice the limit and then refused. */
async function readAll({ raw }: SandboxRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of raw.request) {
    size += (chunk as Buffer).length;
    if (size > 8 * 1024 * 1024) throw new RegistryError('SIZE_INVALID', 'the body is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
