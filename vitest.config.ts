import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A machine that is busy must not fail a test that waits for something to happen.
    expect: { requireAssertions: true, poll: { timeout: 30_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for programs that they have started: on two cores, one file at a time leaves one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    // What takes minutes runs with `npm run test:long`.
    exclude: ['**/node_modules/**', ...(process.env.LONG ? [] : ['test/long/**'])],
    globalSetup: ['test/compile-templates.ts'],
  },
});
