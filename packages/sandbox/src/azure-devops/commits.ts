import { type Answer, type Call, findQuery, type Handlers, list, ok } from './call.ts';
import { findEnumName, versionType } from './enums.ts';
import { ServiceError } from './errors.ts';
import { runGit, tryGit } from './git.ts';
import { getVersion } from './git-version.ts';
import { getEnabledRepository } from './repositories.ts';
import type { Json, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** Fields are separated by a character that no commit holds. */
const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x1f');

/** Commits that `git log` finds with these arguments. */
export async function readCommits(folder: string, args: readonly string[]): Promise<readonly Json[]> {
  const text = await runGit(folder, ['log', '-z', `--format=${FORMAT}`, ...args]);
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [commitId = '', treeId, parents = '', ...rest] = entry.split('\x1f');
      const [an, ae, ad, cn, ce, cd, comment = ''] = rest;
      return {
        commitId,
        treeId,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author: { name: an, email: ae, date: toUtc(ad) },
        committer: { name: cn, email: ce, date: toUtc(cd) },
        comment: comment.replace(/\n+$/, ''),
      };
    });
}

function toUtc(date: string | undefined): string {
  return new Date(date ?? 0).toISOString();
}

/** One commit, as pull requests and pushes refer to it. @throws ServiceError 404 */
export async function getCommit(call: Call, repository: Repository, id: string): Promise<Json> {
  const folder = toGitFolder(call.world, repository);
  const isKnown =
    /^[0-9a-f]{7,40}$/i.test(id) && (await tryGit(folder, ['cat-file', '-e', `${id}^{commit}`])).code === 0;
  const [commit] = isKnown ? await readCommits(folder, ['-1', id]) : [];
  if (commit) return { ...commit, url: toUrl(call, repository, id) };
  throw new ServiceError(
    404,
    'GitCommitDoesNotExistException',
    `TF401178: The commit ${id} does not exist in the repository ${repository.name}.`,
  );
}

/** A commit as pull requests and pushes name it. */
export async function describeCommitShortly(call: Call, repository: Repository, id: string): Promise<Json> {
  const { commitId, author, committer, comment, url } = await getCommit(call, repository, id);
  return { commitId, author, committer, comment, url };
}

function toUrl(call: Call, repository: Repository, id: string): string {
  return `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}/commits/${id}`;
}

async function showCommits(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  if (call.params.commitId !== undefined) return ok(await getCommit(call, repository, call.params.commitId));
  const version = await getVersion(call, repository, 'searchCriteria.itemVersion');
  const path = findQuery(call, 'searchCriteria.itemPath')?.replace(/^\/+/, '');
  const top = toCount(findQuery(call, 'searchCriteria.$top') ?? findQuery(call, '$top'), 100);
  const skip = toCount(findQuery(call, 'searchCriteria.$skip') ?? findQuery(call, '$skip'), 0);
  const range = await toRange(call, version.commitId);
  const commits = await readCommits(toGitFolder(call.world, repository), [
    `--max-count=${top}`,
    `--skip=${skip}`,
    range,
    ...(path ? ['--', path] : []),
  ]);
  return list(
    commits.map(({ treeId: _treeId, parents: _parents, ...commit }) => ({
      ...commit,
      url: toUrl(call, repository, String(commit.commitId)),
      remoteUrl: `${call.base}/${repository.projectId}/_git/${repository.id}/commit/${String(commit.commitId)}`,
    })),
  );
}

async function toRange(call: Call, from: string): Promise<string> {
  const compare = findQuery(call, 'searchCriteria.compareVersion.version');
  if (compare === undefined) return from;
  const kind = findEnumName(versionType, findQuery(call, 'searchCriteria.compareVersion.versionType')) ?? 'branch';
  const other = await getVersion(call, getEnabledRepository(call), 'searchCriteria.compareVersion');
  return kind === 'commit' || other.commitId !== from ? `${from}..${other.commitId}` : from;
}

function toCount(text: string | undefined, fallback: number): number {
  const count = Number(text);
  return text !== undefined && Number.isInteger(count) && count >= 0 ? count : fallback;
}

/** Commits. */
export const commitHandlers: Handlers = {
  commits: { GET: showCommits },
};
