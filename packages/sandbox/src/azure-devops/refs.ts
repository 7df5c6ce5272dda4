import { type Answer, type Call, findQuery, getBodyList, type Handlers, list, ok, toText } from './call.ts';
import { adoptFirstBranch, findRef, listRefs, NO_OBJECT, tryGit } from './git.ts';
import { toIdentityRef } from './people.ts';
import { findPushRefusal } from './push-rules.ts';
import { getEnabledRepository, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
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
  const { code } = await tryGit(
    folder,
    ['update-ref', ...args, command.oldId].filter((arg) => arg !== ''),
  );
  return code === 0 ? 'succeeded' : 'refNameConflict';
}

async function showBranchStats(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  const folder = toGitFolder(call.world, repository);
  const wanted = findQuery(call, 'name');
  const branches = (await listRefs(folder)).filter(({ name }) => name.startsWith('refs/heads/'));
  const stats = branches.map(({ name, objectId }) => ({
    name: name.replace('refs/heads/', ''),
    commit: { commitId: objectId },
    aheadCount: 0,
    behindCount: 0,
    isBaseVersion: false,
  }));
  if (wanted === undefined) return list(stats);
  return ok(stats.find(({ name }) => name === wanted) ?? null);
}

/** Branches and tags. */
export const refHandlers: Handlers = {
  refs: { GET: showRefs, POST: updateRefs },
  branchStats: { GET: showBranchStats },
};
