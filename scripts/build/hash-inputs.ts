import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../toolchain.mjs';

/** Everything a build is made from. Templates count as the module they were compiled into. */
const INPUTS = ['packages', 'scripts', 'docs', 'README.md', 'LISEZMOI.md', 'LICENSE', 'pnpm-lock.yaml'];

/** Tests, and what the build itself writes. */
const SKIPPED = [
  /(^|\/)(node_modules|dist|schema)$/,
  /\.test\.ts$/,
  /^packages\/[^/]+\/(README\.md|LISEZMOI\.md|LICENSE)$/,
];

/** One hash over all inputs of the build; the same hash means that a build would change nothing. */
export function hashInputs(): string {
  const hash = createHash('sha256');
  for (const path of INPUTS.flatMap(listFiles)) {
    const bytes = readFileSync(join(ROOT, path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function listFiles(path: string): string[] {
  if (SKIPPED.some((pattern) => pattern.test(path))) return [];
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return readdirSync(join(ROOT, path))
    .sort()
    .flatMap((name) => listFiles(`${path}/${name}`));
}
