import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    // What takes minutes runs with `npm run test:long`.
    exclude: ['**/node_modules/**', ...(process.env.LONG ? [] : ['test/long/**'])],
    globalSetup: ['test/compile-templates.ts'],
  },
});
