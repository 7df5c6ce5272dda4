import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentFolders, JobWork } from './job-work.ts';

/** What `workspace: clean` takes away before a job (MicrosoftDocs process/phases, workspace). */
function listUnwanted(build: string, clean: JobWork['clean']): readonly string[] {
  switch (clean) {
    case 'outputs':
      return [join(build, 'b')];
    case 'resources':
      return [join(build, 's')];
    case 'all':
      return [build];
    case undefined:
      return [];
  }
}

/** Makes an agent's folders ready for a job: sources and binaries stay from the one before, all else is new. */
export async function prepareFolders({ build, temp, tools }: AgentFolders, clean: JobWork['clean']): Promise<void> {
  await Promise.all(listUnwanted(build, clean).map((folder) => rm(folder, { recursive: true, force: true })));
  const fresh = [join(build, 'a'), join(build, 'TestResults'), temp];
  await Promise.all(fresh.map((folder) => rm(folder, { recursive: true, force: true })));
  const all = [...fresh, join(build, 'b'), join(build, 's'), tools];
  await Promise.all(all.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
}
