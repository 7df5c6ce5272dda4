import type { Address, Resource } from '@create-mlops-model/core';
import type { Disk } from '../services/disk.ts';
import type { Author, Clone, Git } from '../services/git.ts';
import { differs } from './compare.ts';

/** The clone in the project folder. */
export interface LocalRepositorySpec {
  readonly name: string;
  /** Address that `origin` should have; absent while it is not known. */
  readonly origin?: string;
  /** All rendered files, for the first commit; empty where the project exists already. */
  readonly paths: readonly string[];
  readonly executables: readonly string[];
  readonly needs: readonly Address[];
  /** Asked where git's configuration names nobody. */
  readonly author: () => Promise<Author>;
}

/** The clone with its first commit on main. A folder without rendered files and without a clone is left alone. */
export function localRepositoryResource(spec: LocalRepositorySpec, disk: Disk, git: Git): Resource<Clone> {
  const { folder } = disk;
  const isNew = spec.paths.length > 0;
  const read = async (): Promise<Clone | undefined> => {
    const clone = disk.exists('.git') ? await git.findClone(folder) : undefined;
    return clone ?? (isNew ? undefined : {});
  };
  const hasOrigin = (live: Clone | undefined) =>
    spec.origin === undefined || (live?.origin !== undefined && isSameRemote(live.origin, spec.origin));
  const settle = async (found: Clone | undefined): Promise<Clone> => {
    if (!found) await git.init(folder);
    else await sweepLocks(disk, found);
    // The git of a run that was killed may have come to its end since this was read.
    const live = found && found.head === undefined ? await git.findClone(folder) : found;
    const { paths, executables, author } = spec;
    const message = `Start ${spec.name} from its template`;
    const head = live?.head ?? (await git.commit(folder, { paths, executables, author, message }));
    if (hasOrigin(live)) return { ...live, head };
    await git.setOrigin(folder, spec.origin as string);
    return { head, ...(spec.origin === undefined ? {} : { origin: spec.origin }) };
  };
  return {
    address: `local-repository:${spec.name}`,
    needs: spec.needs,
    local: true,
    read,
    isOurs: () => true,
    diff: (live) => {
      if (!isNew && live.head === undefined) return [];
      return [
        ...(live.head === undefined ? [{ field: 'head', from: undefined, to: 'first commit' }] : []),
        ...(hasOrigin(live) ? [] : differs('origin', live.origin, spec.origin)),
      ];
    },
    create: () => settle(undefined),
    update: settle,
  };
}

/** How long a git that outlived its parent may need to end, milliseconds. */
const GIT_ENDS_WITHIN = 2000;

/**
 * Removes the locks of a git that was killed together with an earlier run: git itself never does, and would refuse to go on.
 * Only while the clone lacks what a first run gives it, so that nobody else can be at work in it.
 */
async function sweepLocks(disk: Disk, live: Clone): Promise<void> {
  const isUnborn = live.head === undefined;
  const locks = [
    ...(isUnborn ? ['index.lock', 'HEAD.lock', 'refs/heads/main.lock'] : []),
    ...(isUnborn || live.origin === undefined ? ['config.lock'] : []),
  ].map((name) => `.git/${name}`);
  for (let waited = 0; waited < GIT_ENDS_WITHIN && locks.some(disk.exists); waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const lock of locks) if (disk.exists(lock)) disk.remove(lock);
}

/**
 * Whether two addresses name the same repository: user part, letter case, `.git`, the SSH form
 * (`git@ssh.dev.azure.com:v3/contoso/project/repository`) and the organisation's older host do not matter.
 */
export function isSameRemote(a: string, b: string): boolean {
  return toComparable(a) === toComparable(b);
}

function toComparable(remote: string): string {
  const [, organization, project, repository] =
    /^git@ssh\.dev\.azure\.com:v3\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(remote) ?? [];
  const address =
    repository === undefined ? remote : `https://dev.azure.com/${organization}/${project}/_git/${repository}`;
  if (!URL.canParse(address)) return address;
  const { host, pathname } = new URL(address);
  const old = /^([^.]+)\.visualstudio\.com$/i.exec(host)?.[1];
  const path = decodeURIComponent(old === undefined ? pathname : pathname.replace(/^\/DefaultCollection\//i, '/'));
  const place = old === undefined ? host : `dev.azure.com/${old}`;
  return `${place}${path}`.toLowerCase().replace(/(\.git)?\/*$/, '');
}
