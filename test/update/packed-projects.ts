// Projects as one version of this repository's templates wrote them, kept so that later templates can be tried on them:
//   node scripts/toolchain.mjs node test/update/packed-projects.ts <version>
// packs today's rendering as `test/update/<version>/`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { type Files, type Manifest, printManifest } from '../../packages/core/src/index.ts';
import { listBuiltCases } from '../render/cases.ts';

const HERE = dirname(fileURLToPath(import.meta.url));

/** Manifests that differ in framework, task, schedules, languages and exposure. */
const CASES = ['cpu-single-node', 'autoscale-two-schedules', 'serverless-regression'];

/** The manifests whose projects are packed: name → manifest. */
export function listPackedManifests(): readonly (readonly [name: string, manifest: Manifest])[] {
  return listBuiltCases().filter(([name]) => CASES.includes(name));
}

/** Versions that were packed, oldest first. */
export function listVersions(): readonly string[] {
  return readdirSync(HERE)
    .filter((name) => /^v\d+$/.test(name))
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

/** Every file of a project as that version wrote it: lock, base and manifest included. */
export function readPacked(version: string, name: string): Files {
  const text = brotliDecompressSync(readFileSync(join(HERE, version, `${name}.jsonl.br`))).toString();
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { path, ...file } = JSON.parse(line);
        return [path, file];
      }),
  );
}

function pack(files: Files): Buffer {
  const text = [...files].map(([path, file]) => `${JSON.stringify({ path, ...file })}\n`).join('');
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  return brotliCompressSync(text, { params });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const version = process.argv[2] ?? '';
  if (!/^v\d+$/.test(version)) throw new Error('usage: packed-projects.ts v<number>');
  const { compileTemplates } = await import('../../scripts/build/compile-templates.ts');
  compileTemplates(join(HERE, '../../templates'), join(HERE, '../../packages/create-mlops-model/src/generated'));
  const { renderProject } = await import('../../packages/create-mlops-model/src/render-project.ts');
  const { version: generator } = await import('../../packages/create-mlops-model/src/version.ts');
  mkdirSync(join(HERE, version), { recursive: true });
  for (const [name, manifest] of listPackedManifests()) {
    const files = await renderProject(manifest, generator);
    if (files.get('mlops.yaml')?.contents !== printManifest(manifest)) throw new Error(`${name}: no manifest`);
    writeFileSync(join(HERE, version, `${name}.jsonl.br`), pack(files));
    console.log(`${version}/${name}: ${files.size} files`);
  }
}
