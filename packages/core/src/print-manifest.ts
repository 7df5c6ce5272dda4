import type { Manifest } from './manifest.ts';
import { createTranslate, isMessageKey } from './messages/index.ts';
import { printYaml } from './print-yaml.ts';

/** Where the repository keeps the schema that editors complete `mlops.yaml` from; no network needed. */
export const SCHEMA_PATH = 'pipelines/ci-train/mlops.schema.json';

/**
 * `mlops.yaml` with a comment above each field, in the model's first language.
 * `parseManifest` reads it back as the same manifest, and so do YAML 1.1 readers.
 */
export function printManifest(manifest: Manifest): string {
  const translate = createTranslate(manifest.languages[0] ?? 'en');
  const { keep, ...fields } = manifest;
  const text = printYaml(keep.length > 0 ? { ...fields, keep } : fields, {
    comment: (path) => {
      const name = `field.${path.join('.')}`;
      return isMessageKey(name) ? translate(name) : undefined;
    },
    isApart: (path) => path.length === 1 && path[0] !== 'version',
    // `[ en, fr ]` on one line; a list of schedules stays a list of lines.
    isOneLine: (value) => Array.isArray(value) && value.every((item) => typeof item !== 'object'),
  });
  return `# yaml-language-server: $schema=${SCHEMA_PATH}\n# ${translate('manifest.head')}\n\n${text}`;
}
