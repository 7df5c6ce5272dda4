import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, type Call, getBody, type Handlers, isObject, toObject, toText } from './call.ts';
import { describeCommitShortly } from './commits.ts';
import { changeType, contentType, findEnumName } from './enums.ts';
import { badRequest, ServiceError } from './errors.ts';
import { adoptFirstBranch, findRef, NO_OBJECT, runGit, tryGit } from './git.ts';
import { toIdentityRef } from './people.ts';
import { findPushRefusal } from './push-rules.ts';
import { describeRepository, getEnabledRepository, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
import { noteMoved } from './settle-pull-requests.ts';
import { type Json, type Repository, takeNumber } from './state.ts';
import { toGitFolder } from './world.ts';

/** Commits without a clone: one ref, one commit after another. */
async function createPush(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  requireRight(call, 'GenericContribute', { token: toRepositoryToken(repository) });
  const body = getBody(call);
  const [update] = Array.isArray(body.refUpdates) ? body.refUpdates.filter(isObject) : [];
  const commits = Array.isArray(body.commits) ? body.commits.filter(isObject) : [];
  if (!update || commits.length === 0)
    throw badRequest('Value cannot be null.\r\nParameter name: refUpdates', 'ArgumentNullException');
  const ref = toText(update.name);
  const oldId = toText(update.oldObjectId) || NO_OBJECT;
  const newId = await commitAll(call, repository, ref, oldId, commits);
  const folder = toGitFolder(call.world, repository);
  await runGit(folder, ['update-ref', ref, newId, oldId]);
  await adoptFirstBranch(folder);
  noteMoved(call, repository, [ref], call.identity.id);
  const pushId = takeNumber(call.organization, 'push');
  return {
    status: 201,
    body: {
      commits: [await describeCommitShortly(call, repository, newId)],
      refUpdates: [{ repositoryId: repository.id, name: ref, oldObjectId: oldId, newObjectId: newId }],
      repository: describeRepository(call, repository),
      pushedBy: toIdentityRef(call, call.identity.id),
      pushId,
      date: new Date().toISOString(),
      url: `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}/pushes/${pushId}`,
    },
  };
}

async function commitAll(
  call: Call,
  repository: Repository,
  ref: string,
  oldId: string,
  commits: readonly Json[],
): Promise<string> {
  const folder = toGitFolder(call.world, repository);
  if (!ref.startsWith('refs/heads/') || (await tryGit(folder, ['check-ref-format', ref])).code !== 0) {
    throw badRequest(`TF401035: '${ref}' is not a valid ref name.`, 'InvalidGitRefNameException');
  }
  if ((findRef(folder, ref) ?? NO_OBJECT) !== oldId) {
    throw new ServiceError(
      409,
      'GitReferenceStaleException',
      `TF401028: The reference '${ref}' has already been updated by another client, so you cannot update it. Please try again.`,
    );
  }
  const refusal = findPushRefusal(call, repository, { ref, oldId, newId: oldId });
  if (refusal !== undefined) throw new ServiceError(403, 'GitRefUpdateRejectedByPolicyException', refusal);
  let parent = oldId === NO_OBJECT ? undefined : oldId;
  for (const commit of commits) parent = await addCommit(call, folder, parent, commit);
  return parent ?? NO_OBJECT;
}

async function addCommit(call: Call, folder: string, parent: string | undefined, commit: Json): Promise<string> {
  const index = join(folder, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index, ...toAuthor(call, toObject(commit.author)) };
  try {
    await runGit(folder, ['read-tree', ...(parent === undefined ? ['--empty'] : [parent])], '', env);
    const changes = Array.isArray(commit.changes) ? commit.changes.filter(isObject) : [];
    for (const change of changes) await applyChange(folder, env, change);
    const tree = await runGit(folder, ['write-tree'], '', env);
    const parents = parent === undefined ? [] : ['-p', parent];
    return await runGit(folder, ['commit-tree', tree, ...parents], toText(commit.comment), env);
  } finally {
    await rm(index, { force: true });
  }
}

function toAuthor(call: Call, author: Json): Record<string, string> {
  const name = toText(author.name) || call.identity.displayName;
  const email = toText(author.email) || call.identity.account;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

async function applyChange(folder: string, env: Record<string, string>, change: Json): Promise<void> {
  const path = toText(toObject(change.item).path).replace(/^\/+/, '');
  const kind = findEnumName(changeType, change.changeType);
  const [entry = ''] = (await runGit(folder, ['ls-files', '-s', '--', path], '', env)).split('\n');
  if (path === '' || kind === undefined) throw badRequest(`The change of '${path}' is not understood.`);
  if ((kind === 'add') === (entry !== '')) {
    const text = kind === 'add' ? 'already exists' : 'does not exist';
    throw badRequest(`TF401196: The path '/${path}' ${text} in the commit.`, 'GitPathConflictException');
  }
  if (kind === 'delete') return void (await runGit(folder, ['update-index', '--force-remove', path], '', env));
  if (kind === 'rename') throw badRequest('TF401197: a rename needs the path it comes from.');
  const mode = entry.slice(0, 6) || '100644';
  const blob = await runGit(folder, ['hash-object', '-w', '--stdin'], toContent(toObject(change.newContent)), env);
  await runGit(folder, ['update-index', '--add', '--cacheinfo', `${mode},${blob},${path}`], '', env);
}

function toContent(content: Json): Buffer {
  const kind = findEnumName(contentType, content.contentType) ?? 'rawtext';
  return Buffer.from(toText(content.content), kind === 'base64encoded' ? 'base64' : 'utf8');
}

/** Pushes made over REST. */
export const pushHandlers: Handlers = {
  pushes: { POST: createPush },
};
