import { DockerError } from './docker-error.ts';
import type { ImageStore } from './image-store.ts';

/** What `docker inspect` prints of an image. @throws DockerError for no image, or a format that it does not know */
export function inspectImage(store: ImageStore, name: string, format: string | undefined): string {
  const image = store.find(name);
  if (!image) throw new DockerError(`Error: No such object: ${name}`);
  const { manifest, config, pushed } = image;
  const object = {
    Id: manifest.config.digest,
    RepoTags: [name],
    RepoDigests: pushed,
    Created: config.created,
    Architecture: config.architecture,
    Os: config.os,
    Size: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    Config: config.config,
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
  };
  switch (format) {
    case undefined:
      return JSON.stringify([object], null, 4);
    case '{{.Id}}':
      return object.Id;
    case '{{range .RepoDigests}}{{println .}}{{end}}':
      return object.RepoDigests.map((digest) => `${digest}\n`).join('');
    default:
      throw new DockerError(`The format ${format} is not understood without a container engine.`);
  }
}
