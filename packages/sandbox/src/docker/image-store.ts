import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseImage } from '../cluster/node/parse-image.ts';
import type { ProcessConfig } from './plan-build.ts';
import type { Layer } from './write-layer.ts';

/** The configuration of an image, by the OCI image specification. */
export interface ImageConfig {
  readonly created: string;
  readonly architecture: string;
  readonly os: 'linux';
  readonly config: ProcessConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history: readonly {
    readonly created: string;
    readonly created_by: string;
    readonly empty_layer?: true;
  }[];
}

/** A blob or manifest as others name it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The manifest of an image, by the OCI image specification. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** An image of the store. */
export interface StoredImage {
  /** Of its manifest. */
  readonly digest: string;
  /** `registry/repository@digest` of where it was pushed to. */
  readonly pushed: readonly string[];
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** What an agent's `docker` keeps between its calls. */
export interface ImageStore {
  readonly folder: string;
  /** Layers, configurations and manifests, by the digits of their digests. */
  readonly blobs: string;
  /** Folders of builds while they go on. */
  readonly work: string;
  toBlobPath(digest: string): string;
  find(name: string): StoredImage | undefined;
  /** Gives an image a name; the one that had it before loses it. */
  name(name: string, image: Pick<StoredImage, 'digest' | 'pushed'>): void;
  /** Writes configuration and manifest. @returns digest of the manifest */
  write(config: ImageConfig, layers: readonly Layer[]): string;
  /** Forgets left-overs, all but the newest names, and what only the others were made of. */
  prune(): void;
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** So many names are kept. */
const KEPT = 12;

/** Opens the images of a folder. */
export function openImageStore(folder: string): ImageStore {
  const blobs = join(folder, 'blobs');
  const names = join(folder, 'names');
  const work = join(folder, 'work');
  for (const each of [blobs, names, work]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const toBlobPath = (digest: string) => join(blobs, digest.replace('sha256:', ''));
  const toNamePath = (name: string) => join(names, encodeURIComponent(toWholeName(name)));
  const put = (mediaType: string, value: object): Descriptor => {
    const content = Buffer.from(JSON.stringify(value));
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    writeWhole(toBlobPath(digest), content);
    return { mediaType, digest, size: content.length };
  };
  const read = (path: string): StoredImage => {
    const named = JSON.parse(readFileSync(path, 'utf8')) as Pick<StoredImage, 'digest' | 'pushed'>;
    const manifest = JSON.parse(readFileSync(toBlobPath(named.digest), 'utf8')) as ImageManifest;
    const config = JSON.parse(readFileSync(toBlobPath(manifest.config.digest), 'utf8')) as ImageConfig;
    return { ...named, manifest, config };
  };
  return {
    folder,
    blobs,
    work,
    toBlobPath,
    find: (name) => (existsSync(toNamePath(name)) ? read(toNamePath(name)) : undefined),
    name: (name, { digest, pushed }) => writeWhole(toNamePath(name), JSON.stringify({ digest, pushed })),
    write: (config, layers) =>
      put(MANIFEST_TYPE, {
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        config: put('application/vnd.oci.image.config.v1+json', config),
        layers: layers.map(({ digest, size }) => ({
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest,
          size,
        })),
      }).digest,
    prune() {
      for (const old of listNewest(names).slice(KEPT)) rmSync(old, { force: true });
      const used = new Set(
        listNewest(names).flatMap((path) => {
          const { digest, manifest } = read(path);
          return [digest, manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)].map(toBlobPath);
        }),
      );
      // What is younger may belong to a build that is going on beside this one.
      const young = Date.now() - 60 * 60 * 1000;
      const isOld = (path: string) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? young) < young;
      for (const path of listNewest(blobs)) if (!used.has(path) && isOld(path)) rmSync(path, { force: true });
      // A build that was killed left its folder.
      for (const path of listNewest(work)) if (isOld(path)) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Paths in a folder, the newest first. */
export function listNewest(folder: string): readonly string[] {
  const paths = readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name));
  const times = new Map(paths.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
  return paths.sort((one, other) => (times.get(other) ?? 0) - (times.get(one) ?? 0));
}

/** `price` is `docker.io/price:latest`. */
function toWholeName(name: string): string {
  const { host, repository, reference } = parseImage(name);
  return `${host}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

function writeWhole(path: string, content: Buffer | string): void {
  const draft = join(dirname(path), `.${randomUUID()}`);
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
}
