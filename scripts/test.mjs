// npm test: sets up what is missing, builds, runs every check and test.
//   node scripts/test.mjs [--static] [--long] [filter…]
import { run, setUp } from './toolchain.mjs';

setUp();
process.exitCode = await run('node', ['scripts/run-tests.ts', ...process.argv.slice(2)]);
