import { findProject } from './call.ts';
import { findRepository } from './repositories.ts';
import { findOrganization, toGitFolder, type World } from './world.ts';

/** The bare repository behind a clone URL of this sandbox, or `undefined`. */
export function findRepositoryFolder(world: World, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  if (host !== new URL(world.origin()).host) return undefined;
  const segments = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const at = segments.indexOf('_git');
  const name = segments[at + 1];
  const organization = findOrganization(world, segments[0] ?? '');
  if (at < 1 || at > 2 || name === undefined || !organization) return undefined;
  const project = findProject(organization, at === 2 ? (segments[1] ?? '') : name);
  const repository = project && findRepository(organization, name, project);
  return repository && !repository.isDisabled ? toGitFolder(world, repository) : undefined;
}
