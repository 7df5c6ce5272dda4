import type { Metafile } from 'esbuild';
import { expect, it } from 'vitest';
import { checkLoads } from './check-loads.ts';

type Output = Metafile['outputs'][string];

const output = (parts: Partial<Output>): Output => ({ bytes: 1, inputs: {}, imports: [], exports: [], ...parts });
const input = { bytesInOutput: 1 };
const outputs = {
  'dist/main.cjs': output({
    entryPoint: 'packages/x/src/main.ts',
    imports: [
      { path: 'dist/shared.cjs', kind: 'import-statement' },
      { path: 'dist/create.cjs', kind: 'dynamic-import' },
    ],
  }),
  'dist/shared.cjs': output({ inputs: { 'node_modules/.pnpm/valibot@1/node_modules/valibot/index.mjs': input } }),
  'dist/create.cjs': output({
    entryPoint: 'packages/x/src/commands/create.ts',
    inputs: { 'node_modules/.pnpm/@clack+core@1/node_modules/@clack/core/index.mjs': input },
    imports: [{ path: 'dist/shared.cjs', kind: 'import-statement' }],
  }),
};

it('names each package that a module brings along at once, and none that it loads later', () => {
  expect(checkLoads({ outputs }, { 'src/main.ts': ['valibot'] })).toEqual([]);
  expect(checkLoads({ outputs }, { 'src/main.ts': [], 'commands/create.ts': ['valibot'] })).toEqual([
    expect.stringContaining('src/main.ts loads valibot at once'),
    expect.stringContaining('commands/create.ts loads @clack/core at once'),
  ]);
});

it('does not pass over a module that has gone', () => {
  expect(checkLoads({ outputs }, { 'src/gone.ts': [] })).toEqual([expect.stringContaining('src/gone.ts')]);
});
