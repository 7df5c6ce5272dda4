import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Registry } from '../registry/registry.ts';
import { ARCHITECTURE } from './node/image-files.ts';

/** Puts an image of one layer into a registry. @param folder where it is put together @returns `repository@digest` */
export function putImage(
  registry: Registry,
  folder: string,
  repository: string,
  tag: string,
  files: Readonly<Record<string, string>>,
  config: object,
): string {
  const root = mkdtempSync(join(folder, 'image-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'root', path)), { recursive: true });
    writeFileSync(join(root, 'root', path), text, { mode: 0o755 });
  }
  execFileSync('tar', ['-czf', join(root, 'layer.tgz'), '-C', join(root, 'root'), '.']);
  const layer = putBlob(registry, repository, readFileSync(join(root, 'layer.tgz')));
  const image = { architecture: ARCHITECTURE, os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, ...config };
  const described = putBlob(registry, repository, Buffer.from(JSON.stringify(image)));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...described },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
    }),
  );
  const digest = digestOf(content);
  registry.repositories.putManifest(repository, { digest, mediaType, content }, tag);
  return `${repository}@${digest}`;
}

function putBlob(registry: Registry, repository: string, content: Buffer): { digest: string; size: number } {
  const digest = digestOf(content);
  mkdirSync(dirname(registry.blobs.path(digest)), { recursive: true });
  writeFileSync(registry.blobs.path(digest), content);
  registry.repositories.addBlob(repository, digest);
  return { digest, size: content.length };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
