import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toJsonSchema } from '../../packages/core/src/json-schema.ts';
import { ROOT } from '../toolchain.mjs';
import { bundle } from './bundle.ts';
import { checkPackage } from './check-package.ts';
import { hashInputs } from './hash-inputs.ts';
import { PUBLISHED, type PublishedPackage } from './packages.ts';

const STAMP = join(ROOT, 'node_modules/.cache/build.sha256');

/** Builds, packs and checks what is published. Does nothing when no input changed, unless told to. */
export async function buildPackages(force: boolean): Promise<void> {
  const hash = hashInputs();
  const isCurrent = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;
  if (isCurrent && !force && PUBLISHED.every(isBuilt)) return;
  writeSchema();
  for (const item of PUBLISHED) {
    await bundle({
      entries: item.entries.map((entry) => join(item.folder, 'src', entry)),
      outdir: join(item.folder, 'dist'),
      loads: item.loads,
    });
    for (const asset of item.assets) {
      mkdirSync(dirname(join(item.folder, 'dist', asset)), { recursive: true });
      copyFileSync(join(item.folder, 'src', asset), join(item.folder, 'dist', asset));
    }
    for (const [from, to] of Object.entries(item.copies)) copyFileSync(join(ROOT, from), join(item.folder, to));
    console.error(await checkPackage(item));
  }
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, hash);
}

/** Editors complete `mlops.yaml` by this file. */
function writeSchema(): void {
  const folder = join(ROOT, 'packages/create-mlops-model/schema');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mlops.schema.json'), `${JSON.stringify(toJsonSchema(), null, 2)}\n`);
}

function isBuilt(item: PublishedPackage): boolean {
  const files = [...item.entries.map((entry) => entry.replace(/\.ts$/, '.cjs')), ...item.assets];
  return files.every((file) => existsSync(join(item.folder, 'dist', file)));
}
