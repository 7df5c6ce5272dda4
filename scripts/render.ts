// Preview of a generated repository, without a command line or a cloud:
//   node scripts/toolchain.mjs node scripts/render.ts <answers.yaml> <empty folder>
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiTemplate } from '../packages/api-scaffold/src/index.ts';
import {
  completeAnswers,
  type Files,
  type Manifest,
  parseAnswers,
  printManifest,
  render,
  sortFiles,
  type Template,
  toManifest,
} from '../packages/core/src/index.ts';
import { notebooksTemplate } from '../packages/create-mlops-model/src/templates/notebooks.ts';
import { rootTemplate } from '../packages/create-mlops-model/src/templates/root.ts';
import { pipelineTemplate } from '../packages/pipeline-templates/src/index.ts';
import { compileTemplates } from './build/compile-templates.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TEMPLATES: readonly Template<Manifest>[] = [rootTemplate, notebooksTemplate, apiTemplate, pipelineTemplate];

/** Every file of a new repository, `mlops.yaml` included, from the templates as they lie on disk now. */
export async function renderProject(manifest: Manifest): Promise<Files> {
  compileTemplates(join(ROOT, 'templates'), join(ROOT, 'packages/create-mlops-model/src/generated'));
  // Loaded late: what it imports has just been made.
  const { loadTemplates } = await import('../packages/create-mlops-model/src/load-templates.ts');
  const sources = loadTemplates();
  const parts = TEMPLATES.flatMap((template) => [...render(template, sources[template.id] ?? new Map(), manifest)]);
  return sortFiles([...parts, ['mlops.yaml', { contents: printManifest(manifest), ownership: 'seed' }]]);
}

/** Writes the files below an empty or missing folder. */
export function writeProject(files: Files, folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  for (const [path, file] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.contents);
    if (file.executable) chmodSync(target, 0o755);
  }
}

/** The manifest that an answers file leads to. */
export function readManifest(path: string): Manifest {
  return toManifest(completeAnswers(parseAnswers(readFileSync(path, 'utf8'), path)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [answers, folder] = process.argv.slice(2);
  if (answers === undefined || folder === undefined) throw new Error('usage: render.ts <answers.yaml> <empty folder>');
  const files = await renderProject(readManifest(answers));
  writeProject(files, resolve(folder));
  console.log(`${files.size} files in ${folder}`);
}
