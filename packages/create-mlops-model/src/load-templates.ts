import { readFileSync } from 'node:fs';
import type { TemplateSource } from '@create-mlops-model/core';
import { templateFiles } from './generated/templates.ts';

/** Folder of `templates/` → its files, as they were when this was built. */
export function loadTemplates(): Readonly<Record<string, TemplateSource>> {
  // The same path from `src/` and from the bundle in `dist/`.
  const bytes = readFileSync(new URL('./generated/templates.txt', import.meta.url));
  let at = 0;
  const take = (length: number) => {
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  return Object.fromEntries(
    Object.entries(templateFiles).map(([id, files]) => [
      id,
      new Map(files.map(([path, file]) => [path, typeof file === 'number' ? take(file) : file])),
    ]),
  );
}
