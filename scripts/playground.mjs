// What `npm start` and `npm stop` share: the playground folder, and the built product run in it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './toolchain.mjs';

/** Git-ignored; holds the sandbox's state and the example project. */
export const PLAYGROUND = join(ROOT, 'playground');

/** The example project. */
export const PROJECT = join(PLAYGROUND, 'ottawa-over-asking');

/**
 * Runs the built CLI under the Node that started this, as a user would.
 * @returns its exit code
 */
export function runProduct(args, cwd = PLAYGROUND) {
  mkdirSync(cwd, { recursive: true });
  const env = { MLOPS_SANDBOX_HOME: join(PLAYGROUND, '.sandbox'), ...withoutNpm() };
  return run(process.execPath, [join(ROOT, 'packages/create-mlops-model/bin.cjs'), ...args], { cwd, env });
}

/** npm hands its settings to scripts as `npm_config_*`; the CLI would take them for flags that npm has swallowed. */
function withoutNpm() {
  const names = Object.keys(process.env).filter((name) => name.toLowerCase().startsWith('npm_config_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
