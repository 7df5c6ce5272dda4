import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentFolders } from './job-work.ts';

/** Makes an agent's folders ready for a job: sources and binaries stay from the one before, all else is new. */
export async function prepareFolders({ build, temp, tools }: AgentFolders): Promise<void> {
  const fresh = [join(build, 'a'), join(build, 'TestResults'), temp];
  await Promise.all(fresh.map((folder) => rm(folder, { recursive: true, force: true })));
  const all = [...fresh, join(build, 'b'), join(build, 's'), tools];
  await Promise.all(all.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
}
