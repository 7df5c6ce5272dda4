import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { ROOT } from '../toolchain.mjs';
import type { PublishedPackage } from './packages.ts';

/** Where packed tarballs lie after a build. */
export const TARBALLS = join(ROOT, 'node_modules/.cache/tarballs');

/** What npm runs by itself on the user's machine; none of ours does. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];

/** Code from text cannot run under `--disallow-code-generation-from-strings`, nor in a locked-down Node. */
const CODE_FROM_TEXT = /\bnew Function\s*\(|(?<![\w$.])eval\s*\(/;

/**
 * Packs a package and holds it against its limits.
 * @returns one line that says what was packed
 * @throws naming everything that is wrong with it
 */
export async function checkPackage(item: PublishedPackage): Promise<string> {
  const { tarball, files } = pack(item);
  const bytes = statSync(tarball).size;
  const problems = [
    ...(files.length > item.maxFiles ? [`${files.length} files, the limit is ${item.maxFiles}`] : []),
    ...(bytes > item.maxBytes ? [`${bytes} bytes packed, the limit is ${item.maxBytes}`] : []),
    ...findManifestProblems(item.folder),
    ...findCodeFromText(join(item.folder, 'dist')),
    ...(await findPublintProblems(tarball)),
  ];
  if (problems.length > 0) throw new Error(`${item.name}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  return `${item.name}: ${files.length} files, ${Math.ceil(bytes / 1024)} KB packed`;
}

/** pnpm packs rather than npm: it writes real versions where the workspace says `catalog:` and `workspace:`. */
function pack(item: PublishedPackage): { tarball: string; files: string[] } {
  mkdirSync(TARBALLS, { recursive: true });
  const text = execFileSync('pnpm', ['pack', '--json', '--pack-destination', TARBALLS], {
    cwd: item.folder,
    encoding: 'utf8',
  });
  const { filename, files } = JSON.parse(text) as { filename: string; files: { path: string }[] };
  return { tarball: filename, files: files.map((file) => file.path) };
}

function findManifestProblems(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const scripts = INSTALL_SCRIPTS.filter((name) => manifest.scripts?.[name]);
  const dependencies = ['dependencies', 'optionalDependencies', 'peerDependencies'].filter((name) => manifest[name]);
  return [
    ...scripts.map((name) => `package.json has the install script ${name}`),
    ...dependencies.map((name) => `package.json has ${name}; everything belongs in the bundle`),
  ];
}

function findCodeFromText(dist: string): string[] {
  const chunks = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.cjs'));
  return chunks
    .filter((path) => CODE_FROM_TEXT.test(readFileSync(join(dist, path), 'utf8')))
    .map((path) => `dist/${path} makes code from text`);
}

async function findPublintProblems(path: string): Promise<string[]> {
  const bytes = readFileSync(path);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true, level: 'suggestion' });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
}
