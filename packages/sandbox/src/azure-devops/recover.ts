import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toGitFolder, type World } from './world.ts';

/**
 * Puts state and folders together again after a kill between the two: a repository without its folder was being
 * deleted, a folder without its repository was being made.
 */
export function recoverRepositories(world: World): void {
  const known = new Set<string>();
  for (const organization of world.store.data.organizations) {
    organization.repositories = organization.repositories.filter((repository) =>
      existsSync(toGitFolder(world, repository)),
    );
    const ids = new Set(organization.repositories.map(({ id }) => id));
    organization.pullRequests = organization.pullRequests.filter(({ repositoryId }) => ids.has(repositoryId));
    for (const id of ids) known.add(`${id}.git`);
  }
  for (const name of readdirSync(world.gitFolder)) {
    if (!known.has(name)) rmSync(join(world.gitFolder, name), { recursive: true, force: true });
  }
}
