import { type Answer, type Call, findQuery, getBodyList, type Handlers, list, ok, toText } from './call.ts';
import { describeCommitShortly } from './commits.ts';
import { adoptFirstBranch, findDefaultBranch, findRef, listRefs, NO_OBJECT, type Ref, runGit, tryGit } from './git.ts';
import { toIdentityRef } from './people.ts';
import { findPushRefusal } from './push-rules.ts';
import { getEnabledRepository, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
import { noteMoved } from './settle-pull-requests.ts';
import type { Json, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

async function showRefs(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  const filter = `refs/${findQuery(call, 'filter') ?? call.params.filter ?? ''}`;
  const contains = findQuery(call, 'filterContains');
  const refs = await listRefs(toGitFolder(call.world, repository));
  const base = `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}/refs`;
  return list(
    refs
      .filter(({ name }) => name.startsWith(filter) && (contains === undefined || name.includes(contains)))
      .map((ref) => ({
        ...ref,
        creator: toIdentityRef(call, repository.createdBy),
        url: `${base}?filter=${encodeURIComponent(ref.name.replace(/^refs\//, ''))}`,
      })),
  );
}

async function updateRefs(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  requireRight(call, 'GenericContribute', { token: toRepositoryToken(repository) });
  const results: Json[] = [];
  for (const update of getBodyList(call)) results.push(await updateRef(call, repository, update));
  await adoptFirstBranch(toGitFolder(call.world, repository));
  const moved = results.filter(({ success }) => success === true).map(({ name }) => toText(name));
  noteMoved(call, repository, moved, call.identity.id);
  return list(results);
}

async function updateRef(call: Call, repository: Repository, update: Json): Promise<Json> {
  const command = {
    ref: toText(update.name),
    oldId: toText(update.oldObjectId) || NO_OBJECT,
    newId: toText(update.newObjectId) || NO_OBJECT,
  };
  const updateStatus = await moveRef(call, repository, command);
  return {
    repositoryId: repository.id,
    name: command.ref,
    oldObjectId: command.oldId,
    newObjectId: command.newId,
    isLocked: false,
    updateStatus,
    success: updateStatus === 'succeeded',
  };
}

async function moveRef(
  call: Call,
  repository: Repository,
  command: { ref: string; oldId: string; newId: string },
): Promise<string> {
  const folder = toGitFolder(call.world, repository);
  if ((await tryGit(folder, ['check-ref-format', command.ref])).code !== 0) return 'invalidRefName';
  if (findPushRefusal(call, repository, command) !== undefined) return 'rejectedByPolicy';
  if ((findRef(folder, command.ref) ?? NO_OBJECT) !== command.oldId) return 'staleOldObjectId';
  const isKnown = command.newId === NO_OBJECT || (await tryGit(folder, ['cat-file', '-e', command.newId])).code === 0;
  if (!isKnown) return 'unresolvableToCommit';
  const args = command.newId === NO_OBJECT ? ['-d', command.ref] : [command.ref, command.newId];
  const { code } = await tryGit(folder, ['update-ref', ...args, command.oldId]);
  return code === 0 ? 'succeeded' : 'refNameConflict';
}

async function showBranchStats(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  const folder = toGitFolder(call.world, repository);
  const wanted = findQuery(call, 'name');
  const main = findDefaultBranch(folder);
  const branches = (await listRefs(folder)).filter(({ name }) => name.startsWith('refs/heads/'));
  const asked = branches.filter(({ name }) => wanted === undefined || name === `refs/heads/${wanted}`);
  const stats = await Promise.all(asked.map((branch) => describeBranch(call, repository, branch, main)));
  return wanted === undefined ? list(stats) : ok(stats[0] ?? null);
}

async function describeBranch(
  call: Call,
  repository: Repository,
  branch: Ref,
  main: string | undefined,
): Promise<Json> {
  const folder = toGitFolder(call.world, repository);
  const range = `${main ?? branch.name}...${branch.name}`;
  const counts = (await runGit(folder, ['rev-list', '--left-right', '--count', range])).split('\t').map(Number);
  return {
    name: branch.name.replace('refs/heads/', ''),
    commit: await describeCommitShortly(call, repository, branch.objectId),
    aheadCount: counts[1],
    behindCount: counts[0],
    isBaseVersion: branch.name === main,
  };
}

/** Branches and tags. */
export const refHandlers: Handlers = {
  refs: { GET: showRefs, POST: updateRefs },
  branchStats: { GET: showBranchStats },
};
