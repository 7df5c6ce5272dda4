import type { Services } from '../services/services.ts';
import { type FeatureRepository, toRemote } from './finish-feature.ts';

/**
 * Brings the branch into this clone and checks it out, unless something here is not committed.
 * @returns whether the clone is on the branch now
 */
export async function goToBranch(services: Services, repository: FeatureRepository, branch: string): Promise<boolean> {
  const { git, disk } = services;
  const { folder } = disk;
  if ((await git.findClone(folder)) === undefined) return false;
  await git.fetch(folder, branch, await toRemote(services, repository));
  const [current, open] = await Promise.all([git.findBranch(folder), git.status(folder)]);
  if (current === branch) return true;
  if (open.length > 0) return false;
  await git.switchTo(folder, branch);
  return true;
}
