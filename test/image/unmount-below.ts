import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Takes away every mount below a folder, before the folder is removed: below a mount may lie the machine itself. */
export async function unmountBelow(folder: string): Promise<void> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  const mounts = lines.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const mount of mounts.reverse()) await run('umount', ['--lazy', mount]);
}
