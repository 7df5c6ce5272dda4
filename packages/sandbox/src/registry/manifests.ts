import { createHash } from 'node:crypto';
import type { SandboxReply, SandboxRequest } from '../router.ts';
import { checkDigest } from './blob-store.ts';
import type { Registry } from './registry.ts';
import { RegistryError } from './registry-error.ts';
import type { StoredManifest } from './repositories.ts';

const LIMIT = 4 * 1024 * 1024;
const INDEX = 'application/vnd.oci.image.index.v1+json';
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** The parts of a manifest that the registry itself reads. */
interface ManifestBody {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
}

interface Descriptor {
  readonly digest: string;
  readonly mediaType?: string;
  readonly urls?: readonly string[];
}

/** `GET` and `HEAD` of a manifest, by tag or digest. */
export function getManifest(registry: Registry, repository: string, reference: string): SandboxReply {
  const manifest = registry.repositories.findManifest(repository, reference);
  if (!manifest) throw unknown(registry, repository, reference);
  return {
    status: 200,
    headers: { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest },
    body: manifest.content,
  };
}

/** `PUT` of a manifest: all it names must be there. */
export function putManifest(
  registry: Registry,
  repository: string,
  reference: string,
  content: Buffer,
  type: string | undefined,
): SandboxReply {
  if (content.length > LIMIT) throw new RegistryError('MANIFEST_INVALID', 'manifest too large');
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const isDigest = reference.includes(':');
  if (isDigest && checkDigest(reference) !== digest) {
    throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', reference);
  }
  if (!isDigest && !TAG.test(reference)) throw new RegistryError('MANIFEST_INVALID', 'invalid tag', reference);
  const body = parseManifest(content);
  for (const { digest: part, urls } of [body.config, ...(body.layers ?? [])].filter((part) => part !== undefined)) {
    const isForeign = urls !== undefined && urls.length > 0;
    if (!isForeign && !registry.repositories.hasBlob(repository, part)) throw blobUnknown(part);
  }
  for (const part of body.manifests ?? []) {
    if (!registry.repositories.findManifest(repository, part.digest)) throw blobUnknown(part.digest);
  }
  const mediaType = type ?? body.mediaType ?? 'application/vnd.oci.image.manifest.v1+json';
  registry.repositories.putManifest(repository, { digest, mediaType, content }, isDigest ? undefined : reference);
  const headers = { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest };
  return { status: 201, headers: { ...headers, ...(body.subject ? { 'oci-subject': body.subject.digest } : {}) } };
}

/** `DELETE` of a tag, or of a manifest with its tags. */
export function deleteManifest(registry: Registry, repository: string, reference: string): SandboxReply {
  if (!registry.repositories.deleteManifest(repository, reference)) throw unknown(registry, repository, reference);
  return { status: 202 };
}

/** `tags/list`, a page at a time. */
export function listTags(registry: Registry, repository: string, request: SandboxRequest): SandboxReply {
  if (!registry.repositories.exists(repository)) throw nameUnknown(repository);
  const all = registry.repositories.listTags(repository);
  const { page, link } = toPage(all, request, `/v2/${repository}/tags/list`);
  return { status: 200, headers: link, body: { name: repository, tags: page } };
}

/** `_catalog`, a page at a time. */
export function listRepositories(registry: Registry, request: SandboxRequest): SandboxReply {
  const { page, link } = toPage(registry.repositories.list(), request, '/v2/_catalog');
  return { status: 200, headers: link, body: { repositories: page } };
}

/** What in this repository refers to a manifest: signatures, bills of materials. */
export function listReferrers(
  registry: Registry,
  repository: string,
  digest: string,
  request: SandboxRequest,
): SandboxReply {
  const wanted = request.query.get('artifactType');
  const manifests = registry.repositories
    .listManifests(repository)
    .flatMap((manifest) => describeReferrer(manifest, checkDigest(digest)))
    .filter(({ artifactType }) => wanted === null || artifactType === wanted);
  const filtered = wanted === null ? {} : { 'oci-filters-applied': 'artifactType' };
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  return { status: 200, headers: { 'content-type': INDEX, ...filtered }, body };
}

function describeReferrer({ digest, mediaType, content }: StoredManifest, subject: string) {
  const body = parseManifest(content);
  if (body.subject?.digest !== subject) return [];
  const artifactType = body.artifactType ?? body.config?.mediaType;
  return [{ mediaType, digest, size: content.length, artifactType, annotations: body.annotations }];
}

function parseManifest(content: Buffer): ManifestBody {
  try {
    return JSON.parse(content.toString('utf8')) as ManifestBody;
  } catch {
    throw new RegistryError('MANIFEST_INVALID', 'manifest invalid');
  }
}

function toPage(all: readonly string[], { query }: SandboxRequest, path: string) {
  const last = query.get('last');
  const rest = last === null ? all : all.filter((name) => name > last);
  const count = query.has('n') ? Number(query.get('n')) : rest.length;
  const page = rest.slice(0, count);
  const next = page.length < rest.length && page.length > 0 ? page.at(-1) : undefined;
  const link: Record<string, string> =
    next === undefined ? {} : { link: `<${path}?last=${encodeURIComponent(next)}&n=${count}>; rel="next"` };
  return { page, link };
}

function unknown(registry: Registry, repository: string, reference: string): RegistryError {
  if (!registry.repositories.exists(repository)) return nameUnknown(repository);
  const message = `manifest tagged by "${reference}" is not found`;
  return new RegistryError('MANIFEST_UNKNOWN', message, { Tag: reference });
}

function nameUnknown(name: string): RegistryError {
  return new RegistryError('NAME_UNKNOWN', 'repository name not known to registry', { name });
}

function blobUnknown(digest: string): RegistryError {
  return new RegistryError('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', digest);
}
