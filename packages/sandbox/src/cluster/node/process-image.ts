import { readFileSync } from 'node:fs';
import type { Registry } from '../../registry/registry.ts';
import type { ImageConfig } from './image-files.ts';
import { parseImage } from './parse-image.ts';

/** A label of images that were built without containers: they hold no system that a container could run. */
export const PROCESS_LABEL = {
  name: 'create-mlops-model-sandbox.runs-as',
  value: 'process, not container',
} as const;

/** Whether an image of the registry can only be run as a process; one that is not there cannot be. */
export function isProcessImage(registry: Registry, image: string): boolean {
  const { repository, reference } = parseImage(image);
  const found = registry.repositories.findManifest(repository, reference);
  if (!found) return false;
  const { config } = JSON.parse(found.content.toString('utf8')) as { readonly config?: { readonly digest: string } };
  if (!config) return false;
  const { config: described } = JSON.parse(readFileSync(registry.blobs.path(config.digest), 'utf8')) as ImageConfig;
  return described?.Labels?.[PROCESS_LABEL.name] === PROCESS_LABEL.value;
}
