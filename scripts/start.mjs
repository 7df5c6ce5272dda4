// npm start: sets up what is missing, builds, starts the sandbox and makes the example project on it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, runProduct } from './playground.mjs';
import { ROOT, run, setUp } from './toolchain.mjs';

const isInteractive = Boolean(process.stdin.isTTY && process.stdout.isTTY);

setUp();
process.exitCode =
  (await run('node', ['scripts/build.ts'])) || (await runProduct(['sandbox', 'start'])) || (await makeProject());
// Said at the end, where it is seen: the sandbox stays up after this script.
await runProduct(['sandbox', 'status']);

/** The first time `create`; afterwards `apply`, which finds nothing left to do. */
async function makeProject() {
  if (existsSync(join(PROJECT, 'mlops.yaml'))) return runProduct(['apply', '--target', 'sandbox', '--yes'], PROJECT);
  const answers = ['--answers', join(ROOT, 'examples/ottawa-over-asking.yaml'), '--yes', '--no-interactive'];
  return runProduct(['create', PROJECT, '--target', 'sandbox', ...(isInteractive ? [] : answers)]);
}
