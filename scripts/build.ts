// Builds what is published: templates compiled, JSON Schema printed, bundles made, packages packed and checked.
//   node scripts/build.ts [--templates-only] [--force]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileTemplates } from './build/compile-templates.ts';
import { ROOT } from './toolchain.mjs';

const { values } = parseArgs({
  options: { 'templates-only': { type: 'boolean', default: false }, force: { type: 'boolean', default: false } },
});

compileTemplates(join(ROOT, 'templates'), join(ROOT, 'packages/create-mlops-model/src/generated'));
if (!values['templates-only']) {
  // Loaded late: compiling templates alone needs none of the bundler.
  const { buildPackages } = await import('./build/build-packages.ts');
  await buildPackages(values.force);
}
