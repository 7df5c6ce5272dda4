import { type Call, findQuery } from './call.ts';
import { findEnumName, versionType } from './enums.ts';
import { ServiceError } from './errors.ts';
import { findDefaultBranch, findRef, tryGit } from './git.ts';
import type { Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** A commit, and how the request named it. */
export interface Version {
  readonly commitId: string;
  /** As the service writes it in messages: `<Branch: main >`. */
  readonly text: string;
}

/** The commit that a request asks for; the default branch if it names none. @throws ServiceError 404 */
export async function getVersion(call: Call, repository: Repository, prefix = 'versionDescriptor'): Promise<Version> {
  const folder = toGitFolder(call.world, repository);
  const asked = findQuery(call, `${prefix}.version`) ?? findQuery(call, 'version');
  const kind = findEnumName(versionType, findQuery(call, `${prefix}.versionType`) ?? findQuery(call, 'versionType'));
  if (asked === undefined || asked === '') {
    const branch = findDefaultBranch(folder);
    const commitId = branch === undefined ? undefined : findRef(folder, branch);
    if (branch === undefined || commitId === undefined) throw noBranches(repository);
    return { commitId, text: `<Branch: ${branch.replace('refs/heads/', '')} >` };
  }
  const text = `<${kind === 'tag' ? 'Tag' : kind === 'commit' ? 'Commit' : 'Branch'}: ${asked} >`;
  const commitId = await findCommit(folder, kind ?? 'branch', asked);
  if (commitId !== undefined) return { commitId, text };
  throw new ServiceError(
    404,
    'GitUnresolvableToCommitException',
    `TF401175: The version descriptor ${text} could not be resolved to a version in the repository ${repository.name}.`,
  );
}

async function findCommit(
  folder: string,
  kind: 'branch' | 'tag' | 'commit',
  name: string,
): Promise<string | undefined> {
  switch (kind) {
    case 'branch':
      return findRef(folder, `refs/heads/${name.replace(/^refs\/heads\//, '')}`);
    case 'tag':
    case 'commit': {
      const revision = kind === 'tag' ? `refs/tags/${name.replace(/^refs\/tags\//, '')}` : name;
      if (kind === 'commit' && !/^[0-9a-f]{7,40}$/i.test(name)) return undefined;
      const { code, stdout } = await tryGit(folder, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
      return code === 0 ? stdout.toString('utf8').trim() : undefined;
    }
  }
}

function noBranches(repository: Repository): ServiceError {
  return new ServiceError(
    404,
    'GitUnresolvableToCommitException',
    `VS403403: Cannot find any branches for the ${repository.name} repository.`,
  );
}
