import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnSandbox } from './own-sandbox.ts';
import { collect, PRODUCT, PRODUCT_NODE, type Ran, toEnvironment } from './product.ts';

/** Starts `rehearse`, and kills it with all it started once it has printed the text. */
export async function rehearseUntil(sandbox: OwnSandbox, text: string): Promise<Ran> {
  const { cwd, home, env } = sandbox.options(join(sandbox.root, 'work'));
  for (const folder of [cwd, home]) mkdirSync(folder, { recursive: true });
  const child = spawn(PRODUCT_NODE, [PRODUCT, 'rehearse'], {
    cwd,
    env: toEnvironment(home, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let seen = '';
  child.stdout?.on('data', (piece) => {
    seen += piece;
    if (seen.includes(text) && child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
  });
  return collect(child);
}
