import { apiTemplate } from '@create-mlops-model/api-scaffold';
import {
  type Files,
  MANIFEST_PATH,
  type Manifest,
  printManifest,
  type RenderedFile,
  render,
  type Template,
  type TemplateSource,
  withLock,
} from '@create-mlops-model/core';
import { pipelineTemplate } from '@create-mlops-model/pipeline-templates';
import { loadTemplates } from './load-templates.ts';
import { sha256 } from './services/sha256.ts';
import { notebooksTemplate } from './templates/notebooks.ts';
import { rootTemplate } from './templates/root.ts';

/** Everything a project is rendered from. */
const templates: readonly Template<Manifest>[] = [rootTemplate, notebooksTemplate, pipelineTemplate, apiTemplate];

/** All files of a project, `mlops.yaml`, lock and base included. @param generator version of this CLI */
export async function renderProject(manifest: Manifest, generator: string): Promise<Files> {
  const sources = loadTemplates();
  const files = new Map<string, RenderedFile>();
  for (const template of templates) {
    for (const [path, file] of render(template, getSource(sources, template.id), manifest)) {
      if (files.has(path)) throw new Error(`two templates make ${path}`);
      files.set(path, file);
    }
  }
  files.set(MANIFEST_PATH, { contents: printManifest(manifest), ownership: 'seed' });
  return withLock(files, generator, sha256);
}

function getSource(sources: Readonly<Record<string, TemplateSource>>, id: string): TemplateSource {
  const source = sources[id];
  if (!source) throw new Error(`templates/${id} is not in the build`);
  return source;
}
