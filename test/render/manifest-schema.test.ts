import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printJsonSchema } from '../../packages/core/src/json-schema.ts';
import { ROOT } from '../../scripts/toolchain.mjs';

it('generated repositories check their manifest against the schema of today', async () => {
  // `vitest -u` writes it anew.
  await expect(printJsonSchema()).toMatchFileSnapshot(join(ROOT, 'templates/pipelines/ci-train/mlops.schema.json'));
});
