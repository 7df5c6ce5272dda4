import { openDisk } from '../disk.ts';
import type { GitCalls } from './git-calls.ts';

/** HEAD's commit; `undefined` before the first one. Mostly a look at two files says it, which spares a process. */
export async function findHead({ findLine }: GitCalls, folder: string): Promise<string | undefined> {
  return readHead(folder) ?? findLine(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']);
}

/** As git's files say it; `undefined` where they lie elsewhere (worktrees), are packed, or have another form (reftable). */
function readHead(folder: string): string | undefined {
  const disk = openDisk(folder);
  if (!disk.exists('.git/HEAD')) return undefined;
  const branch = /^ref: (refs\/heads\/\S+)\n$/.exec(disk.find('.git/HEAD')?.contents ?? '')?.[1];
  const commit = branch === undefined ? undefined : disk.find(`.git/${branch}`)?.contents.trim();
  return commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}
