import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A machine that is busy must not fail a test that waits for something to happen.
    expect: { requireAssertions: true, poll: { timeout: 30_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    // What takes minutes runs with `npm run test:long`.
    exclude: ['**/node_modules/**', ...(process.env.LONG ? [] : ['test/long/**'])],
    globalSetup: ['test/compile-templates.ts'],
  },
});
