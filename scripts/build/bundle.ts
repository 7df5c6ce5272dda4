import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, transform } from 'esbuild';
import { checkLoads, type Loads } from './check-loads.ts';
import { printNotices } from './notices.ts';

/** What one published package's `dist` is made of. */
export interface Bundle {
  /** TypeScript files that become files of the same name in `outdir`. */
  readonly entries: readonly string[];
  /** Laid anew at each build. */
  readonly outdir: string;
  readonly loads: Loads;
}

/** Asked for only when a proxy wants Negotiate; where it is not installed, proxy-agent-negotiate says so itself. */
const OPTIONAL = new Set(['kerberos']);

/** Packages that give Node CommonJS and browsers the same as ES modules, of which only what is used goes into a bundle. */
const ESM_FORMS = { yaml: join(dirname(fileURLToPath(import.meta.resolve('yaml/package.json'))), 'browser/index.js') };

/** Makes the entries and their lazy chunks: CommonJS modules that need nothing but Node 20.19. */
export async function bundle({ entries, outdir, loads }: Bundle): Promise<void> {
  const { outputFiles, metafile, warnings } = await build({
    entryPoints: [...entries],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    legalComments: 'none',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    mainFields: ['module', 'main'],
    alias: ESM_FORMS,
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error(`esbuild warned about ${outdir}: a published bundle has no warnings.`);
  checkImports(metafile);
  const problems = checkLoads(metafile, loads);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const modules = await Promise.all(outputFiles.map(async ({ path, text }) => [path, await toCommonJs(text)] as const));
  rmSync(outdir, { recursive: true, force: true });
  for (const [path, text] of modules) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const notices = printNotices(Object.keys(metafile.inputs));
  if (notices) writeFileSync(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices);
}

/** What `import.meta` offers ours, for a module that is none. */
const IMPORT_META = `const importMeta = {
  url: require('node:url').pathToFileURL(__filename).href,
  resolve: (name) => require('node:url').pathToFileURL(require.resolve(name)).href,
};`;

/**
 * esbuild parts only ES modules into chunks, so each part is turned afterwards. Node starts its loader of ES modules for
 * the first one it meets: a fifth of the time that bare Node needs to start.
 */
async function toCommonJs(text: string): Promise<string> {
  const usesMeta = /\bimport\.meta\b/.test(text);
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    // Otherwise `import()` stays what it is, and starts that loader.
    supported: { 'dynamic-import': false },
    ...(usesMeta ? { define: { 'import.meta': 'importMeta' } } : {}),
    banner: usesMeta ? `'use strict';${IMPORT_META}` : "'use strict';",
  });
  return code;
}

/** A package that was left outside the bundle would be missing on the user's machine. */
function checkImports(metafile: Metafile): void {
  const own = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
  const outside = Object.values(metafile.outputs)
    .flatMap((output) => output.imports)
    .filter((item) => item.external && !own.has(item.path) && !OPTIONAL.has(item.path));
  if (outside.length > 0) throw new Error(`not in the bundle: ${outside.map((item) => item.path).join(', ')}`);
}
