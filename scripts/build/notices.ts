import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences that allow a package to go into ours. A package under another one fails the build until somebody has read it. */
const ACCEPTED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
]);

/** The notices of all packages that a bundle contains; their licences ask for it. Empty when there are none. */
export function printNotices(inputs: readonly string[]): string {
  const folders = new Set(inputs.map(findPackageFolder).filter((folder) => folder !== undefined));
  return [...folders].map(printNotice).sort().join('\n');
}

/** `node_modules/.pnpm/x@1.0.0/node_modules/x/lib/a.js` → `…/node_modules/x` */
function findPackageFolder(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

function printNotice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  if (!ACCEPTED.has(license ?? ''))
    throw new Error(`${name} ${version} is under ${license}; scripts/build/notices.ts does not know it.`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  const text =
    file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return `${name} ${version} (${license})\n${'-'.repeat(72)}\n${text}\n`;
}
