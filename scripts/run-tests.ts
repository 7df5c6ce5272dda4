// Runs every check and test, and ends with one plain line of counts.
//   node scripts/run-tests.ts [--static] [--long] [filter…]
//     --static: no tests, only what reads the source and the packages · filter: only test files whose path holds it
import { parseArgs } from 'node:util';
import { runCommand } from './test/command-runner.ts';
import { describeResults, isGood } from './test/result.ts';
import { runVitest } from './test/vitest-runner.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { static: { type: 'boolean', default: false }, long: { type: 'boolean', default: false } },
});

// The build comes first: types and end-to-end tests need what it makes. It holds the packages against publint and their limits.
const results = [await runCommand('build, publint', 'node', ['scripts/build.ts'])];
results.push(
  ...(await Promise.all([
    runCommand('tsc', 'tsc', ['-p', '.']),
    runCommand('biome', 'biome', ['check', '--error-on-warnings']),
  ])),
  await runCommand('knip', 'knip', []),
);
if (!values.static) results.push(await runVitest(positionals, values.long ? { LONG: '1' } : {}));

console.log(`\n${describeResults(results)}`);
process.exitCode = isGood(results, process.env.REQUIRE === 'all') ? 0 : 1;
