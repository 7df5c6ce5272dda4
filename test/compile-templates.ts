import { join } from 'node:path';
import { compileTemplates } from '../scripts/build/compile-templates.ts';
import { ROOT } from '../scripts/toolchain.mjs';

/** Vitest calls this once before all tests, so that they render what lies in `templates/` now. */
export function setup(): void {
  compileTemplates(join(ROOT, 'templates'), join(ROOT, 'packages/create-mlops-model/src/generated'));
}
