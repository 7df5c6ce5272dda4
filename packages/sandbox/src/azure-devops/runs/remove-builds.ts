import type { Scene } from '../pull-request-policies.ts';
import type { Build } from '../state.ts';

/** Removes runs with all that they left; those under way are ended. */
export async function removeBuilds({ world, organization }: Scene, isMeant: (build: Build) => boolean): Promise<void> {
  const meant = organization.builds.filter(isMeant);
  organization.builds = organization.builds.filter((build) => !meant.includes(build));
  const isLeft = ({ buildId }: { readonly buildId: number }) => !meant.some(({ id }) => id === buildId);
  organization.deployments = organization.deployments.filter(isLeft);
  organization.testRuns = organization.testRuns.filter(isLeft);
  for (const build of meant) await world.runs.remove(organization, build);
}
