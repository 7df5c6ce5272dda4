import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A header that an earlier line of this file wrote. */
const KEPT = /\[http "[^\n]*"\]\n\textraheader = AUTHORIZATION: bearer [^\n]*\n/g;

/**
 * Lets git in a working copy sign in as the run. The token goes into the file directly: `git config` would take it as
 * an argument, which every process list shows.
 */
export async function keepCredentials(folder: string, url: string, token: string): Promise<void> {
  const path = join(folder, '.git', 'config');
  const text = await readFile(path, 'utf8');
  const section = `[http "${url.replace(/["\\]/g, '\\$&')}"]\n\textraheader = AUTHORIZATION: bearer ${token}\n`;
  await writeFile(path, `${text.replace(/\n?$/, '\n')}${section}`, { mode: 0o600 });
}

/** Takes the token out again; also one that a killed sandbox left behind. */
export async function forgetCredentials(folder: string): Promise<void> {
  const path = join(folder, '.git', 'config');
  if (!existsSync(path)) return;
  const text = await readFile(path, 'utf8');
  const without = text.replace(KEPT, '');
  if (without !== text) await writeFile(path, without);
}
