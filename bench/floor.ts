import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contents } from './peers.ts';

/**
 * The least that any program has to do: a plain script that holds the texts and writes them.
 * With `git` as its second argument it makes a repository with one commit of them.
 * @returns the script's path
 */
export function prepareFloor(folder: string, contents: Contents): string {
  mkdirSync(folder, { recursive: true });
  const script = join(folder, 'floor.mjs');
  writeFileSync(
    script,
    `import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const [, , folder, git] = process.argv;
const files = ${JSON.stringify([...contents])};
for (const parent of new Set(files.map(([path]) => dirname(join(folder, path))))) mkdirSync(parent, { recursive: true });
for (const [path, text] of files) writeFileSync(join(folder, path), text);
if (git) {
  const { spawnSync } = await import('node:child_process');
  const run = (...args) => spawnSync('git', ['-C', folder, '-c', 'user.name=floor', '-c', 'user.email=floor@floor.test', ...args]);
  run('init', '--quiet', '--initial-branch=main');
  run('add', '--all');
  if (run('commit', '--quiet', '--message=first').status !== 0) process.exitCode = 1;
}
`,
  );
  return script;
}
