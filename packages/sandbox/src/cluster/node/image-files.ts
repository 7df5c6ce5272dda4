import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Registry } from '../../registry/registry.ts';
import { PullError } from './pod-runtime.ts';

const run = promisify(execFile);

/** What an image says of the process to start. */
export interface ImageConfig {
  readonly architecture?: string;
  readonly config?: {
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly WorkingDir?: string;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  };
}

/** An image's files in a folder. */
export interface UnpackedImage {
  readonly digest: string;
  readonly root: string;
  readonly config: ImageConfig;
}

interface Manifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string; readonly mediaType: string }[];
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly architecture: string; readonly os: string };
  }[];
}

/** This machine's architecture as images name it. */
export const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** Unpacks an image of the registry below a folder, once. @throws PullError if it is not there, or not for this machine */
export async function unpackImage(
  registry: Registry,
  repository: string,
  reference: string,
  folder: string,
): Promise<UnpackedImage> {
  const { digest, manifest } = findManifest(registry, repository, reference);
  const config = JSON.parse(readFileSync(registry.blobs.path(manifest.config?.digest ?? ''), 'utf8')) as ImageConfig;
  const root = join(folder, digest.replace(':', '-').slice(0, 31));
  if (!existsSync(root)) {
    const draft = `${root}.${process.pid}`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true, mode: 0o755 });
    for (const layer of manifest.layers ?? [])
      await unpackLayer(registry.blobs.path(layer.digest), layer.mediaType, draft);
    await moveInterpreters(draft, root);
    renameSync(draft, root);
  }
  return { digest, root, config };
}

function findManifest(
  registry: Registry,
  repository: string,
  reference: string,
): { digest: string; manifest: Manifest } {
  const found = registry.repositories.findManifest(repository, reference);
  if (!found) throw new PullError(`failed to resolve reference "${repository}:${reference}": not found`);
  const manifest = JSON.parse(found.content.toString('utf8')) as Manifest;
  if (!manifest.manifests) return { digest: found.digest, manifest };
  const fitting = manifest.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === ARCHITECTURE,
  );
  if (!fitting) throw new PullError(`no match for platform in manifest: not found (wanted linux/${ARCHITECTURE})`);
  return findManifest(registry, repository, fitting.digest);
}

async function unpackLayer(blob: string, mediaType: string, root: string): Promise<void> {
  if (mediaType.endsWith('zstd')) throw new PullError(`unsupported compression of a layer: ${mediaType}`);
  const compression = mediaType.endsWith('gzip') ? ['-z'] : [];
  try {
    await run('tar', ['-x', '--no-same-owner', ...compression, '-C', root, '-f', blob]);
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    throw new PullError(`failed to extract a layer: ${(stderr || message).trim().slice(-300)}`);
  }
  await removeWhiteouts(root);
}

/** A layer says with a file `.wh.<name>` that `<name>` of those below it is gone. */
async function removeWhiteouts(root: string): Promise<void> {
  const { stdout } = await run('find', [root, '-name', '.wh.*'], { maxBuffer: 16 * 1024 * 1024 });
  for (const path of stdout.split('\n').filter(Boolean)) {
    rmSync(path, { force: true });
    if (!path.endsWith('/.wh..wh..opq'))
      rmSync(path.replace(/\/\.wh\.([^/]+)$/, '/$1'), { recursive: true, force: true });
  }
}

/** Scripts name their interpreter by a path of the image; unpacked, it lies below the image's folder. */
async function moveInterpreters(draft: string, root: string): Promise<void> {
  const { stdout } = await run('find', [draft, '-type', 'd', '-name', 'bin'], { maxBuffer: 16 * 1024 * 1024 });
  for (const folder of stdout.split('\n').filter(Boolean)) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) await moveInterpreter(join(folder, entry.name), draft, root);
    }
  }
}

async function moveInterpreter(path: string, draft: string, root: string): Promise<void> {
  const file = await open(path);
  const head = Buffer.alloc(256);
  await file.read(head, 0, 256, 0).finally(() => file.close());
  const [, interpreter] = /^#!(\/[^\s]+)/.exec(head.toString('latin1')) ?? [];
  if (interpreter === undefined || !existsSync(join(draft, interpreter))) return;
  const text = await readFile(path);
  await writeFile(
    path,
    Buffer.concat([Buffer.from(`#!${join(root, interpreter)}`), text.subarray(2 + interpreter.length)]),
  );
}
