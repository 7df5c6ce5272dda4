import { createHash, randomUUID } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RegistryError } from './registry-error.ts';

/** Contents by their digest, and uploads under way. */
export interface BlobStore {
  has(digest: string): boolean;
  /** Path of a blob's file, whether it is there or not. */
  path(digest: string): string;
  /** @returns the id of a new, empty upload */
  startUpload(): string;
  /** Bytes that an upload holds; `undefined`: there is no such upload. */
  findUploadSize(id: string): number | undefined;
  /** Adds to an upload. @returns its size now */
  append(id: string, body: Readable): Promise<number>;
  /** Makes an upload a blob. @throws RegistryError `DIGEST_INVALID` if its content is another */
  finish(id: string, digest: string): Promise<void>;
  cancel(id: string): void;
}

const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** The digest, if it is one. @throws RegistryError `DIGEST_INVALID` */
export function checkDigest(digest: string): string {
  if (DIGEST.test(digest)) return digest;
  throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', digest);
}

/** Opens the blobs of a folder. Uploads that a crash left behind are thrown away. */
export function openBlobStore(folder: string): BlobStore {
  const uploads = join(folder, 'uploads');
  rmSync(uploads, { recursive: true, force: true });
  mkdirSync(uploads, { recursive: true, mode: 0o700 });
  const path = (digest: string) => join(folder, 'blobs', ...checkDigest(digest).split(':'));
  const uploadPath = (id: string) => join(uploads, id.replace(/[^0-9a-f-]/g, ''));
  const findUploadSize = (id: string) =>
    existsSync(uploadPath(id)) && id !== '' ? statSync(uploadPath(id)).size : undefined;
  return {
    has: (digest) => existsSync(path(digest)),
    path,
    findUploadSize,
    startUpload() {
      const id = randomUUID();
      writeFileSync(uploadPath(id), '', { mode: 0o600 });
      return id;
    },
    async append(id, body) {
      await pipeline(body, createWriteStream(uploadPath(id), { flags: 'a', mode: 0o600 }));
      return statSync(uploadPath(id)).size;
    },
    async finish(id, digest) {
      const [algorithm = 'sha256', hex] = checkDigest(digest).split(':');
      const hash = createHash(algorithm);
      await pipeline(createReadStream(uploadPath(id)), hash);
      if (hash.digest('hex') !== hex) {
        rmSync(uploadPath(id));
        throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', digest);
      }
      mkdirSync(join(folder, 'blobs', algorithm), { recursive: true, mode: 0o700 });
      renameSync(uploadPath(id), path(digest));
    },
    cancel: (id) => rmSync(uploadPath(id), { force: true }),
  };
}
