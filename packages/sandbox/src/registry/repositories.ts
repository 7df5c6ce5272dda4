import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A manifest as it was put. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly content: Buffer;
}

/** Which manifests, tags and blobs each repository has. */
export interface Repositories {
  /** Names of all repositories, sorted. */
  list(): readonly string[];
  exists(repository: string): boolean;
  /** By tag or digest. */
  findManifest(repository: string, reference: string): StoredManifest | undefined;
  putManifest(repository: string, manifest: StoredManifest, tag: string | undefined): void;
  /** A tag alone, or a manifest with all its tags. @returns whether there was one */
  deleteManifest(repository: string, reference: string): boolean;
  /** All manifests of a repository, for those that refer to another. */
  listManifests(repository: string): readonly StoredManifest[];
  listTags(repository: string): readonly string[];
  hasBlob(repository: string, digest: string): boolean;
  addBlob(repository: string, digest: string): void;
  removeBlob(repository: string, digest: string): void;
}

/** Opens the repositories of a folder. Names have several parts: what belongs to one lies in folders no name can have. */
export function openRepositories(folder: string): Repositories {
  const root = join(folder, 'repositories');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const place = (repository: string, kind: '_blobs' | '_manifests' | '_tags', name = '') =>
    join(root, repository, kind, name.replace(':', '-'));
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const names = (path: string) => (existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith('.new')) : []);
  const readManifest = (repository: string, digest: string): StoredManifest | undefined => {
    const path = place(repository, '_manifests', digest);
    if (!existsSync(path)) return undefined;
    const [mediaType = '', ...rest] = splitFirstLine(readFileSync(path));
    return { digest, mediaType: String(mediaType), content: rest[0] as Buffer };
  };
  const listTags = (repository: string) => names(place(repository, '_tags')).sort();
  const findDigest = (repository: string, reference: string) => {
    if (reference.includes(':')) return reference;
    const path = place(repository, '_tags', reference);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  return {
    list: () => listBelow(root, '').sort(),
    exists: (repository) => existsSync(place(repository, '_manifests')),
    findManifest(repository, reference) {
      const digest = findDigest(repository, reference);
      return digest === undefined ? undefined : readManifest(repository, digest);
    },
    putManifest(repository, { digest, mediaType, content }, tag) {
      put(place(repository, '_manifests', digest), Buffer.concat([Buffer.from(`${mediaType}\n`), content]));
      if (tag !== undefined) put(place(repository, '_tags', tag), digest);
    },
    deleteManifest(repository, reference) {
      const isDigest = reference.includes(':');
      const path = place(repository, isDigest ? '_manifests' : '_tags', reference);
      if (!existsSync(path)) return false;
      rmSync(path);
      const orphans = isDigest ? listTags(repository).filter((tag) => findDigest(repository, tag) === reference) : [];
      for (const tag of orphans) rmSync(place(repository, '_tags', tag));
      return true;
    },
    listManifests: (repository) =>
      names(place(repository, '_manifests')).flatMap((name) => readManifest(repository, name.replace('-', ':')) ?? []),
    listTags,
    hasBlob: (repository, digest) => existsSync(place(repository, '_blobs', digest)),
    addBlob: (repository, digest) => put(place(repository, '_blobs', digest), ''),
    removeBlob: (repository, digest) => rmSync(place(repository, '_blobs', digest), { force: true }),
  };
}

function splitFirstLine(bytes: Buffer): readonly [Buffer, Buffer] {
  const end = bytes.indexOf(10);
  return [bytes.subarray(0, end), bytes.subarray(end + 1)];
}

function listBelow(root: string, name: string): string[] {
  const entries = readdirSync(join(root, name), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const below = entries
    .filter((entry) => !entry.name.startsWith('_'))
    .flatMap((entry) => listBelow(root, name === '' ? entry.name : `${name}/${entry.name}`));
  return entries.some((entry) => entry.name === '_manifests') ? [name, ...below] : below;
}
