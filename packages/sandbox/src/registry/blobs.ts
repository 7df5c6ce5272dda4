import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { SandboxReply, SandboxRequest } from '../router.ts';
import { checkDigest } from './blob-store.ts';
import type { Registry } from './registry.ts';
import { RegistryError } from './registry-error.ts';

/** `GET` and `HEAD` of a blob, whole or a range. */
export async function getBlob(
  registry: Registry,
  repository: string,
  digest: string,
  { method, headers, raw }: SandboxRequest,
): Promise<SandboxReply> {
  if (!registry.repositories.hasBlob(repository, checkDigest(digest))) throw blobUnknown(digest);
  const path = registry.blobs.path(digest);
  const { size } = statSync(path);
  const range = parseRange(headers.range, size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  raw.response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': end - start + 1,
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (method === 'HEAD' || size === 0) raw.response.end();
  else await pipeline(createReadStream(path, { start, end }), raw.response);
  return 'handled';
}

/** `DELETE` of a blob: the repository forgets it. */
export function deleteBlob(registry: Registry, repository: string, digest: string): SandboxReply {
  if (!registry.repositories.hasBlob(repository, checkDigest(digest))) throw blobUnknown(digest);
  registry.repositories.removeBlob(repository, digest);
  return { status: 202 };
}

/** `POST …/uploads/`: mounts a blob of another repository, takes a whole one, or starts an upload. */
export async function startUpload(
  registry: Registry,
  repository: string,
  { query, raw }: SandboxRequest,
): Promise<SandboxReply> {
  const mount = query.get('mount');
  const from = query.get('from');
  if (mount !== null && from !== null && registry.repositories.hasBlob(from, checkDigest(mount))) {
    registry.repositories.addBlob(repository, mount);
    return created(repository, mount);
  }
  const digest = query.get('digest');
  const id = registry.blobs.startUpload();
  if (digest === null) return accepted(repository, id, 0);
  await registry.blobs.append(id, raw.request);
  return finish(registry, repository, id, digest);
}

/** `PATCH`: one more piece of an upload, which must follow the last. */
export async function appendUpload(
  registry: Registry,
  repository: string,
  id: string,
  { headers, raw }: SandboxRequest,
): Promise<SandboxReply> {
  const size = getSize(registry, id);
  const range = headers['content-range'];
  const start = range === undefined ? size : Number(/^(?:bytes )?(\d+)-\d+/.exec(range)?.[1]);
  if (start !== size) throw new RegistryError('RANGE_INVALID', 'invalid content range');
  return accepted(repository, id, await registry.blobs.append(id, raw.request));
}

/** `PUT`: the last piece, if there is one, and the digest that all must have. */
export async function finishUpload(
  registry: Registry,
  repository: string,
  id: string,
  { query, raw }: SandboxRequest,
): Promise<SandboxReply> {
  getSize(registry, id);
  const digest = checkDigest(query.get('digest') ?? '');
  await registry.blobs.append(id, raw.request);
  return finish(registry, repository, id, digest);
}

/** `GET` of an upload: how much has come. */
export function getUpload(registry: Registry, repository: string, id: string): SandboxReply {
  return { ...accepted(repository, id, getSize(registry, id)), status: 204 };
}

/** `DELETE` of an upload. */
export function cancelUpload(registry: Registry, id: string): SandboxReply {
  getSize(registry, id);
  registry.blobs.cancel(id);
  return { status: 204 };
}

async function finish(registry: Registry, repository: string, id: string, digest: string): Promise<SandboxReply> {
  await registry.blobs.finish(id, digest);
  registry.repositories.addBlob(repository, digest);
  return created(repository, digest);
}

function getSize(registry: Registry, id: string): number {
  const size = registry.blobs.findUploadSize(id);
  if (size === undefined) throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', id);
  return size;
}

function accepted(repository: string, id: string, size: number) {
  const headers = {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, size - 1)}`,
    'docker-upload-uuid': id,
  };
  return { status: 202, headers };
}

function created(repository: string, digest: string): SandboxReply {
  const headers = { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest };
  return { status: 201, headers };
}

function parseRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = last ? Math.min(Number(last), size - 1) : size - 1;
  if (start > end) throw new RegistryError('RANGE_INVALID', 'invalid range');
  return { start, end };
}

function blobUnknown(digest: string): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry', digest);
}
