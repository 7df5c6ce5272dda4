import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../server.ts';
import { type Answered, startTestSandbox, type TestSandbox } from '../test-sandbox.ts';

const GIT = 'ml/_apis/git/repositories';
const NONE = '0'.repeat(40);
const TYPES = {
  build: '0609b952-1397-4640-95ec-e00a01b2c241',
  reviewers: 'fa4e907d-c16b-4a4c-9dfa-4906e5d171dd',
  comments: 'c6a1889d-b943-4856-b76f-9e46bb6b0df2',
  strategy: 'fa4e907d-c16b-4a4c-9dfa-4916e5d171ab',
  required: 'fd2167ab-b0be-447a-8ec8-39368250530e',
  status: 'cbdc66da-9728-4af8-aada-9a5a32e4a226',
} as const;

let box: TestSandbox;
let projectId: string;
beforeAll(async () => {
  box = await startTestSandbox();
  projectId = (await box.ask('GET', '_apis/projects/ml')).body.id;
});
afterAll(() => box?.stop());

/** A repository of its own for a test, with one commit on `main`. */
async function makeRepository(name: string) {
  const { id } = (await box.ask('POST', GIT, { name })).body;
  const at = `${GIT}/${name}`;
  const heads = async (ref: string): Promise<string | undefined> =>
    (await box.ask('GET', `${at}/refs?filter=${ref}`)).body.value.find(
      ({ name: found }: { name: string }) => found === `refs/${ref}`,
    )?.objectId;
  /** One commit with the files on a branch, made from `main` if it is new. */
  const commit = async (branch: string, files: Record<string, string>, who = 'you') => {
    const main = await heads('heads/main');
    let old = await heads(`heads/${branch}`);
    if (old === undefined && main !== undefined) {
      await box.ask('POST', `${at}/refs`, [{ name: `refs/heads/${branch}`, oldObjectId: NONE, newObjectId: main }]);
      old = main;
    }
    const known = old === undefined ? [] : (await box.ask('GET', `${at}/items?${versionOf(old)}`)).body.value;
    const paths = new Set(known.map(({ path }: { path: string }) => path));
    const changes = Object.entries(files).map(([path, content]) => ({
      changeType: paths.has(path) ? 'edit' : 'add',
      item: { path },
      newContent: { content, contentType: 'rawtext' },
    }));
    const push = {
      refUpdates: [{ name: `refs/heads/${branch}`, oldObjectId: old ?? NONE }],
      commits: [{ comment: `${branch}: ${Object.keys(files).join()}`, changes }],
    };
    const made = await box.ask('POST', `${at}/pushes`, push, { who });
    expect(made.status, made.text).toBe(201);
    return made.body.refUpdates[0].newObjectId as string;
  };
  await commit('main', { '/README.md': 'one\n' });
  const protect = async (type: keyof typeof TYPES, settings: Record<string, unknown>, isBlocking = true) => {
    const scope = [{ repositoryId: id, refName: 'refs/heads/main', matchKind: 'exact' }];
    const body = { isEnabled: true, isBlocking, type: { id: TYPES[type] }, settings: { ...settings, scope } };
    return (await box.ask('POST', 'ml/_apis/policy/configurations', body)).body.id as number;
  };
  const open = async (branch: string, more: Record<string, unknown> = {}, who = 'you') => {
    const wanted = { sourceRefName: `refs/heads/${branch}`, targetRefName: 'refs/heads/main', title: branch, ...more };
    const made = await box.ask('POST', `${at}/pullrequests`, wanted, { who });
    expect(made.status, made.text).toBe(201);
    return toPull(`${at}/pullrequests/${made.body.pullRequestId}`, made.body.pullRequestId);
  };
  return { id, at, heads, commit, protect, open };
}

function versionOf(commit: string): string {
  return `scopePath=/&recursionLevel=full&versionDescriptor.version=${commit}&versionDescriptor.versionType=commit`;
}

/** What one does with a pull request. */
function toPull(at: string, id: number) {
  const show = async () => (await box.ask('GET', at)).body;
  /** Waits, as every client has to, until the service has done what it does by itself. */
  const settled = async () => {
    for (let tries = 0; tries < 200; tries += 1) {
      const body = await show();
      if (body.mergeStatus !== 'queued') return body;
      await sleep(25);
    }
    throw new Error('the merge stays queued');
  };
  const change = (body: unknown, who = 'you') => box.ask('PATCH', at, body, { who });
  const complete = async (completionOptions: Record<string, unknown> = {}, who = 'you'): Promise<Answered> => {
    const { lastMergeSourceCommit } = await settled();
    return change({ status: 'completed', lastMergeSourceCommit, completionOptions }, who);
  };
  const vote = async (who: string, value: number) => {
    const me = (await box.ask('GET', '_apis/connectionData', undefined, { who })).body.authenticatedUser.id;
    return box.ask('PUT', `${at}/reviewers/${me}`, { vote: value }, { who });
  };
  const policies = async (query = ''): Promise<Record<string, string>> => {
    const artifact = encodeURIComponent(`vstfs:///CodeReview/CodeReviewId/${projectId}/${id}`);
    const url = `ml/_apis/policy/evaluations?artifactId=${artifact}&api-version=7.1-preview.1${query}`;
    const { value } = (await box.ask('GET', url)).body;
    return Object.fromEntries(
      value.map((one: { status: string; configuration: { type: { displayName: string } } }) => [
        one.configuration.type.displayName,
        one.status,
      ]),
    );
  };
  return { at, id, show, settled, change, complete, vote, policies };
}

async function log(repository: { at: string }, branch = 'main'): Promise<string[]> {
  const { value } = (await box.ask('GET', `${repository.at}/commits?searchCriteria.itemVersion.version=${branch}`))
    .body;
  return value.map(({ comment }: { comment: string }) => comment);
}

describe('the merge', () => {
  test('is tried after the answer, and again when source or target moves', async () => {
    const repository = await makeRepository('tried');
    const source = await repository.commit('topic', { '/a.md': 'a\n' });
    const pull = await repository.open('topic');
    const first = await pull.settled();
    expect(first).toMatchObject({ mergeStatus: 'succeeded', lastMergeSourceCommit: { commitId: source } });
    const merge = await repository.heads(`pull/${pull.id}/merge`);
    expect(first.lastMergeCommit.commitId).toBe(merge);
    const { parents } = (await box.ask('GET', `${repository.at}/commits/${merge}`)).body;
    expect(parents).toEqual([first.lastMergeTargetCommit.commitId, source]);
    await repository.commit('main', { '/a.md': 'other\n' });
    expect(await pull.settled()).toMatchObject({ mergeStatus: 'conflicts' });
    expect(await repository.heads(`pull/${pull.id}/merge`)).toBeUndefined();
    await repository.commit('topic', { '/a.md': 'other\n' });
    expect(await pull.settled()).toMatchObject({ mergeStatus: 'succeeded' });
  });

  test('follows a push by git, which may not write to refs/pull itself', async () => {
    const repository = await makeRepository('pushed');
    await repository.commit('topic', { '/a.md': 'a\n' });
    const pull = await repository.open('topic');
    const before = (await pull.settled()).lastMergeCommit.commitId;
    const work = box.folder('work');
    const url = `${box.organizationUrl}/ml/_git/pushed`;
    await box.git(work, ['clone', '-q', '-b', 'topic', url, '.'], 'colleague');
    await box.git(work, ['commit', '-q', '--allow-empty', '-m', 'more']);
    await box.git(work, ['push', '-q', url, 'topic'], 'colleague');
    const after = await pull.settled();
    expect(after.lastMergeCommit.commitId).not.toBe(before);
    await box.git(work, ['fetch', '-q', url, `refs/pull/${pull.id}/merge`], 'colleague');
    const head = (await box.git(work, ['rev-parse', 'FETCH_HEAD'])).stdout.trim();
    expect(head).toBe(after.lastMergeCommit.commitId);
    const wrong = box.git(work, ['push', '-q', url, `HEAD:refs/pull/${pull.id}/merge`, '--force'], 'colleague');
    await expect(wrong).rejects.toThrow(/refs\/pull/);
    const { value } = (await box.ask('GET', `${pull.at}/iterations`)).body;
    expect(value.map(({ author }: { author: { displayName: string } }) => author.displayName)).toEqual([
      'You',
      'Colleague',
    ]);
  });

  test('goes on after a restart', async () => {
    const own = await startTestSandbox();
    try {
      const as = { authorization: `Bearer ${own.tokenOf('you')}` };
      const at = `${GIT}/ml`;
      const add = (name: string) => [
        { comment: name, changes: [{ changeType: 'add', item: { path: `/${name}` }, newContent: { content: name } }] },
      ];
      const first = await own.ask('POST', `${at}/pushes`, {
        refUpdates: [{ name: 'refs/heads/main', oldObjectId: NONE }],
        commits: add('one'),
      });
      const main = first.body.refUpdates[0].newObjectId;
      await own.ask('POST', `${at}/refs`, [{ name: 'refs/heads/topic', oldObjectId: NONE, newObjectId: main }]);
      await own.ask('POST', `${at}/pushes`, {
        refUpdates: [{ name: 'refs/heads/topic', oldObjectId: main }],
        commits: add('two'),
      });
      const wanted = { sourceRefName: 'refs/heads/topic', targetRefName: 'refs/heads/main', title: 'kept' };
      await own.ask('POST', `${at}/pullrequests`, wanted);
      await own.sandbox.stop();
      const again = await startSandbox({ home: own.home, ports: { azureDevOps: 0, databricks: 0 } });
      const url = `${again.addresses.azureDevOps}/contoso/${at}/pullrequests/1`;
      const body = (await (await fetch(url, { headers: as })).json()) as Record<string, unknown>;
      await again.stop();
      expect(body).toMatchObject({ title: 'kept', status: 'active', mergeStatus: 'succeeded' });
    } finally {
      await own.stop();
    }
  });
});

describe('completion', () => {
  test.each([
    ['noFastForward', ['Merged PR N: topic', 'topic: /b.md', 'topic: /a.md', 'main: /c.md', 'main: /README.md']],
    [2, ['Merged PR N: topic', 'main: /c.md', 'main: /README.md']],
    ['rebase', ['topic: /b.md', 'topic: /a.md', 'main: /c.md', 'main: /README.md']],
    ['rebaseMerge', ['Merged PR N: topic', 'topic: /b.md', 'topic: /a.md', 'main: /c.md', 'main: /README.md']],
  ])('by %s', async (mergeStrategy, comments) => {
    const repository = await makeRepository(`by-${mergeStrategy}`);
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.commit('topic', { '/b.md': 'b\n' });
    await repository.commit('main', { '/c.md': 'c\n' });
    const pull = await repository.open('topic');
    const asked = await pull.complete({ mergeStrategy, deleteSourceBranch: true });
    expect([asked.status, asked.body.status, asked.body.mergeStatus]).toEqual([200, 'active', 'queued']);
    const done = await pull.settled();
    expect(done).toMatchObject({ status: 'completed', closedBy: { displayName: 'You' } });
    expect(done.lastMergeCommit.commitId).toBe(await repository.heads('heads/main'));
    expect((await log(repository)).sort()).toEqual(comments.map((text) => text.replace('N', String(pull.id))).sort());
    expect(await repository.heads('heads/topic')).toBeUndefined();
    const tree = (await box.ask('GET', `${repository.at}/items?scopePath=/&recursionLevel=full`)).body.value;
    const files = tree.map(({ path }: { path: string }) => path).filter((path: string) => path.endsWith('.md'));
    expect(files).toEqual(['/README.md', '/a.md', '/b.md', '/c.md']);
  });

  test('needs the head that the caller saw', async () => {
    const repository = await makeRepository('seen');
    const seen = await repository.commit('topic', { '/a.md': 'a\n' });
    const pull = await repository.open('topic');
    await repository.commit('topic', { '/b.md': 'b\n' });
    const blind = await pull.change({ status: 'completed' });
    expect([blind.status, blind.body.typeKey]).toEqual([400, 'InvalidArgumentValueException']);
    const stale = await pull.change({ status: 'completed', lastMergeSourceCommit: { commitId: seen } });
    expect([stale.status, stale.body.typeKey]).toEqual([409, 'GitPullRequestStaleException']);
    expect(await pull.settled()).toMatchObject({ status: 'active' });
  });

  test('of two at once: the second is merged with what the first brought, or not at all', async () => {
    const repository = await makeRepository('race');
    await repository.commit('one', { '/a.md': 'one\n' });
    await repository.commit('two', { '/b.md': 'two\n' });
    await repository.commit('three', { '/a.md': 'three\n' });
    const pulls = [await repository.open('one'), await repository.open('two'), await repository.open('three')];
    for (const pull of pulls) await pull.settled();
    await Promise.all(pulls.map((pull) => pull.complete({ mergeStrategy: 'squash' })));
    const ends = await Promise.all(pulls.map((pull) => pull.settled()));
    const states = ends.map(({ status, mergeStatus }) => `${status} ${mergeStatus}`);
    expect(states.sort()).toEqual(['active conflicts', 'completed succeeded', 'completed succeeded']);
    expect(await log(repository)).toHaveLength(3);
  });

  test('of a draft, or of what is closed already, is refused', async () => {
    const repository = await makeRepository('drafts');
    await repository.commit('topic', { '/a.md': 'a\n' });
    const pull = await repository.open('topic', { isDraft: true });
    expect((await pull.complete()).body.typeKey).toBe('GitPullRequestNotEditableException');
    expect((await pull.change({ isDraft: false })).body.isDraft).toBe(false);
    await pull.change({ status: 'abandoned' });
    expect((await pull.vote('colleague', 10)).body.message).toContain('TF401181');
    expect((await pull.change({ status: 'active' })).body).toMatchObject({ status: 'active' });
    expect((await pull.complete()).status).toBe(200);
    expect(await pull.settled()).toMatchObject({ status: 'completed' });
    expect((await pull.change({ status: 'active' })).body.message).toContain('TF401181');
    expect((await pull.change({ title: 'better' })).body.title).toBe('better');
  });

  test('happens by itself once nothing stands against it', async () => {
    const repository = await makeRepository('auto');
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('reviewers', { minimumApproverCount: 1 });
    const pull = await repository.open('topic');
    const { id } = (await pull.show()).createdBy;
    const options = { mergeStrategy: 'squash', mergeCommitMessage: 'in one' };
    const set = await pull.change({ autoCompleteSetBy: { id }, completionOptions: options });
    expect(set.body).toMatchObject({ autoCompleteSetBy: { id }, completionOptions: { squashMerge: true } });
    expect(await pull.settled()).toMatchObject({ status: 'active' });
    await pull.vote('colleague', 5);
    await expect.poll(async () => (await pull.show()).status).toBe('completed');
    expect(await log(repository)).toEqual(['in one', 'main: /README.md']);
  });

  test('past the policies takes the right to pass them by', async () => {
    const repository = await makeRepository('bypass');
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('reviewers', { minimumApproverCount: 1 });
    const pull = await repository.open('topic');
    expect((await pull.complete()).body.typeKey).toBe('GitPullRequestUpdateRejectedByPolicyException');
    const bypass = { bypassPolicy: true, bypassReason: 'urgent' };
    expect((await pull.complete(bypass)).body.message).toContain('PullRequestBypassPolicy');
    const { descriptor } = (await box.ask('GET', '_apis/connectionData')).body.authenticatedUser;
    await box.ask('POST', '_apis/accesscontrolentries/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87', {
      token: `repoV2/${projectId}/${repository.id}`,
      merge: true,
      accessControlEntries: [{ descriptor, allow: 32768, deny: 0 }],
    });
    expect((await pull.complete(bypass)).status).toBe(200);
    expect(await pull.settled()).toMatchObject({ status: 'completed' });
  });

  test('is nothing that readers may ask for', async () => {
    const repository = await makeRepository('readers');
    await repository.commit('topic', { '/a.md': 'a\n' });
    const pull = await repository.open('topic');
    const answer = await pull.complete({}, 'reader');
    expect([answer.status, answer.body.typeKey]).toEqual([403, 'GitNeedsPermissionException']);
  });
});

describe('policies', () => {
  const REVIEW = 'Minimum number of reviewers';

  test.each([
    ['nobody voted', {}, [], 'running'],
    ['the author’s vote does not count', {}, [['you', 10]], 'running'],
    ['unless it does', { creatorVoteCounts: true }, [['you', 10]], 'approved'],
    ['not the last pusher’s', { creatorVoteCounts: true, blockLastPusherVote: true }, [['you', 10]], 'running'],
    ['a colleague’s counts', {}, [['colleague', 5]], 'approved'],
    [
      'one is against it',
      {},
      [
        ['colleague', 10],
        ['administrator', -10],
      ],
      'rejected',
    ],
    [
      'which may not matter',
      { allowDownvotes: true },
      [
        ['colleague', 10],
        ['administrator', -5],
      ],
      'approved',
    ],
    ['two are needed', { minimumApproverCount: 2 }, [['colleague', 10]], 'running'],
  ] as const)('%s', async (name, settings, votes, status) => {
    const repository = await makeRepository(`votes-${name.replace(/\W/g, '')}`);
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('reviewers', { minimumApproverCount: 1, ...settings });
    const pull = await repository.open('topic');
    for (const [who, value] of votes) expect((await pull.vote(who, value)).status).toBe(200);
    expect(await pull.policies()).toEqual({ [REVIEW]: status });
  });

  test.each([
    [{ resetOnSourcePush: true }, [0, -5]],
    [{ resetRejectionsOnSourcePush: true }, [0, 0]],
    [{}, [10, -5]],
  ])('a push with %j leaves the votes %j', async (settings, left) => {
    const repository = await makeRepository(`push-${Object.keys(settings).join('')}`);
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('reviewers', { minimumApproverCount: 1, ...settings });
    const pull = await repository.open('topic');
    await pull.vote('colleague', 10);
    await pull.vote('administrator', -5);
    await repository.commit('topic', { '/b.md': 'b\n' });
    const { reviewers } = await pull.show();
    expect(reviewers.map(({ vote }: { vote: number }) => vote)).toEqual(left);
  });

  test('a vote may have to be for the newest push', async () => {
    const repository = await makeRepository('newest');
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('reviewers', { minimumApproverCount: 1, requireVoteOnLastIteration: true });
    const pull = await repository.open('topic');
    await pull.vote('colleague', 10);
    expect(await pull.policies()).toEqual({ [REVIEW]: 'approved' });
    await repository.commit('topic', { '/b.md': 'b\n' });
    expect(await pull.policies()).toEqual({ [REVIEW]: 'running' });
    await pull.vote('colleague', 10);
    expect(await pull.policies()).toEqual({ [REVIEW]: 'approved' });
  });

  test('a build that applies waits, and holds the completion up; one whose files are not touched does not', async () => {
    const repository = await makeRepository('builds');
    const definition = await box.ask('POST', 'ml/_apis/build/definitions', {
      name: 'ci',
      path: '\\builds',
      type: 'build',
      process: { type: 2, yamlFilename: 'ci.yml' },
      repository: { id: repository.id, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
    });
    const settings = { buildDefinitionId: definition.body.id, displayName: 'Notebook CI', manualQueueOnly: true };
    const build = { ...settings, filenamePatterns: ['/notebooks/*'] };
    await repository.protect('build', build);
    await repository.commit('topic', { '/notebooks/a/b.py': 'print()\n' });
    await repository.commit('words', { '/README.md': 'two\n' });
    const pull = await repository.open('topic');
    const refused = await pull.complete();
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('Notebook CI')]);
    expect(await pull.policies()).toEqual({ Build: 'queued' });
    const other = await repository.open('words');
    expect((await other.complete()).status).toBe(200);
    expect(await other.settled()).toMatchObject({ status: 'completed' });
    expect(await other.policies()).toEqual({});
    expect(await other.policies('&includeNotApplicable=true')).toEqual({ Build: 'notApplicable' });
    await pull.change({ isDraft: true });
    expect(await pull.policies('&includeNotApplicable=true')).toEqual({ Build: 'notApplicable' });
  });

  test('the way of merging is the policy’s, asked for or not', async () => {
    const repository = await makeRepository('ways');
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('strategy', { allowSquash: true });
    const pull = await repository.open('topic');
    const refused = await pull.complete({ mergeStrategy: 'noFastForward' });
    expect(refused.body.message).toContain('Require a merge strategy');
    expect((await pull.complete({ mergeStrategy: 'octopus' })).status).toBe(400);
    expect(await pull.show()).not.toHaveProperty('completionOptions');
    expect((await pull.complete()).status).toBe(200);
    const done = await pull.settled();
    const { parents } = (await box.ask('GET', `${repository.at}/commits/${done.lastMergeCommit.commitId}`)).body;
    expect(parents).toHaveLength(1);
  });

  test('open comments have to be closed', async () => {
    const repository = await makeRepository('talk');
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('comments', {});
    const pull = await repository.open('topic');
    await box.ask('POST', `${pull.at}/threads`, { comments: [{ content: 'why?' }], status: 'active' });
    expect(await pull.policies()).toEqual({ 'Comment requirements': 'rejected' });
    const reply = { content: 'so', parentCommentId: 1 };
    const answer = (await box.ask('POST', `${pull.at}/threads/1/comments`, reply, { who: 'colleague' })).body;
    expect(answer).toMatchObject({ id: 2, parentCommentId: 1, author: { displayName: 'Colleague' } });
    const own = `${pull.at}/threads/1/comments/2`;
    expect((await box.ask('PATCH', own, { content: 'mine' })).status).toBe(403);
    expect((await box.ask('PATCH', own, { content: 'so!' }, { who: 'colleague' })).body.content).toBe('so!');
    expect((await box.ask('PATCH', `${pull.at}/threads/1`, { status: 'fixed' })).body.status).toBe('fixed');
    expect(await pull.policies()).toEqual({ 'Comment requirements': 'approved' });
    expect((await box.ask('GET', `${pull.at}/threads/7`)).status).toBe(404);
  });

  test('required reviewers are added, and a status of another system is waited for', async () => {
    const repository = await makeRepository('others');
    const { id } = (await box.ask('GET', '_apis/connectionData', undefined, { who: 'colleague' })).body
      .authenticatedUser;
    await repository.protect('required', { requiredReviewerIds: [id], filenamePatterns: ['*.md'] });
    await repository.protect('status', { statusName: 'scan', statusGenre: 'security' });
    await repository.commit('topic', { '/a.md': 'a\n' });
    const pull = await repository.open('topic');
    await pull.settled();
    expect((await pull.show()).reviewers).toMatchObject([{ id, isRequired: true, vote: 0 }]);
    expect(await pull.policies()).toEqual({ 'Required reviewers': 'running', Status: 'queued' });
    await pull.vote('colleague', 10);
    const context = { name: 'scan', genre: 'security' };
    await box.ask('POST', `${pull.at}/statuses`, { state: 3, context, description: 'found something' });
    expect(await pull.policies()).toEqual({ 'Required reviewers': 'approved', Status: 'rejected' });
    await box.ask('POST', `${pull.at}/statuses`, { state: 'succeeded', context });
    expect(await pull.policies()).toEqual({ 'Required reviewers': 'approved', Status: 'approved' });
    expect((await box.ask('GET', `${pull.at}/statuses`)).body.count).toBe(2);
  });

  test('one evaluation has an address of its own', async () => {
    const repository = await makeRepository('alone');
    await repository.commit('topic', { '/a.md': 'a\n' });
    await repository.protect('comments', {});
    const pull = await repository.open('topic');
    const artifact = encodeURIComponent(`vstfs:///CodeReview/CodeReviewId/${projectId}/${pull.id}`);
    const [one] = (await box.ask('GET', `ml/_apis/policy/evaluations?artifactId=${artifact}`)).body.value;
    const at = `ml/_apis/policy/evaluations/${one.evaluationId}?api-version=7.1-preview.1`;
    expect((await box.ask('PATCH', at)).body).toEqual(one);
    expect((await box.ask('PATCH', at, undefined, { who: 'reader' })).status).toBe(403);
    expect((await box.ask('GET', at.replace(/[0-9a-f]{8}/, '00000000'))).status).toBe(404);
  });
});

test('a pull request may get another target, labels, and shows what it brings', async () => {
  const repository = await makeRepository('more');
  await repository.commit('release', { '/r.md': 'r\n' });
  await repository.commit('topic', { '/a.md': 'a\n', '/README.md': 'two\n' });
  const pull = await repository.open('topic', { labels: [{ name: 'first' }], workItemRefs: [{ id: '7' }] });
  await pull.settled();
  expect((await pull.change({ targetRefName: 'refs/heads/none' })).status).toBe(400);
  expect((await pull.change({ targetRefName: 'refs/heads/release' })).body.mergeStatus).toBe('queued');
  expect((await pull.settled()).lastMergeTargetCommit.commitId).toBe(await repository.heads('heads/release'));
  const added = (await box.ask('POST', `${pull.at}/labels`, { name: 'second' })).body;
  expect((await pull.show()).labels.map(({ name }: { name: string }) => name)).toEqual(['first', 'second']);
  await box.ask('DELETE', `${pull.at}/labels/${added.id}`);
  expect((await box.ask('GET', `${pull.at}/labels`)).body.count).toBe(1);
  const commits = (await box.ask('GET', `${pull.at}/commits`)).body.value;
  expect(commits.map(({ comment }: { comment: string }) => comment)).toEqual(['topic: /a.md,/README.md']);
  const { changeEntries } = (await box.ask('GET', `${pull.at}/iterations/1/changes`)).body;
  expect(
    changeEntries.map(({ item, changeType }: { item: { path: string }; changeType: string }) => [
      item.path,
      changeType,
    ]),
  ).toEqual([
    ['/README.md', 'edit'],
    ['/a.md', 'add'],
  ]);
  expect((await box.ask('GET', `${pull.at}/workitems`)).body.value).toMatchObject([{ id: '7' }]);
});
