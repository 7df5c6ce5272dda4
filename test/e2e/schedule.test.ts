import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { nextRuns } from '../../packages/core/src/index.ts';
import { type OwnSandbox, startOwnSandbox, type Who } from './own-sandbox.ts';

const MODEL = 'snow-melt';

describe('another schedule', () => {
  let sandbox: OwnSandbox;
  let project: string;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    const work = join(sandbox.root, 'work');
    project = join(work, MODEL);
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work, 'you');
    if (created.exitCode !== 0) throw new Error(created.stdout + created.stderr);
  });
  afterAll(() => sandbox?.stop());

  const schedule = (who: Who, ...args: string[]) => sandbox.run(['schedule', ...args], project, who);
  const git = async (...args: string[]) => (await sandbox.git(project, args, 'you')).stdout;
  const listPullRequests = async () =>
    (await sandbox.devOps('GET', `mlops/_apis/git/repositories/${MODEL}/pullrequests`)).value;
  const readAt = async (branch: string, path: string) => {
    await git('fetch', '--quiet', 'origin', branch);
    return git('show', `FETCH_HEAD:${path}`);
  };
  const writes = async () =>
    (await sandbox.requests()).filter(({ method }) => !['GET', 'OPTIONS', 'HEAD', 'PUT'].includes(method));

  test('a dry run shows the runs on both clocks and writes nothing', async () => {
    await sandbox.control('DELETE', 'requests');
    const dry = await schedule('colleague', '0 6 * * MON', '--in', 'America/Toronto', '--dry-run');
    expect(dry.exitCode).toBe(0);
    expect(
      dry.stdout.match(/^ {2}.*06:00 America\/Toronto \(.* 11:00 UTC\)$|^ {2}.*07:00 America.* 11:00 UTC\)$/gm),
    ).toHaveLength(7);
    expect(dry.stdout).toContain('Around the next change of the clock in America/Toronto:');
    expect(dry.stdout).toContain('nothing was pushed');
    expect(await writes()).toEqual([]);
  });

  test('what is no schedule is refused before anything is sent', async () => {
    for (const [args, words] of [
      [[], 'The schedule is missing'],
      [['0 6 * *'], 'five fields'],
      [['0 6 * * MON', '--in', 'Ottawa'], 'is not a time zone'],
      [['0 23 1 * *', '--in', 'America/Toronto'], 'cannot be moved'],
    ] as const) {
      const refused = await schedule('colleague', ...args);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) });
    }
    expect(await listPullRequests()).toEqual([]);
  });

  test('who may not push is told so, and nothing is left behind', async () => {
    const refused = await schedule('reader', '0 6 * * MON');
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("'GenericContribute'") });
    expect(refused.stderr).toContain('npx create-mlops-model@0 doctor');
    expect(await listPullRequests()).toEqual([]);
    expect(await git('ls-remote', 'origin', 'refs/heads/mlops/*')).toBe('');
  });

  test('one pull request, kept and updated; main and the folder stay', { timeout: 120_000 }, async () => {
    const main = await git('ls-remote', 'origin', 'refs/heads/main');
    const before = readFileSync(join(project, 'mlops.yaml'), 'utf8');
    const opened = await schedule('colleague', '0 6 * * MON', '--in', 'America/Toronto', '--json');
    expect(opened.exitCode).toBe(0);
    const document = JSON.parse(opened.stdout);
    expect(document).toMatchObject({ schema: 1, kind: 'schedule', status: 'opened', crons: ['0 11 * * 1'] });
    const { id, branch, url } = document.pullRequest;
    expect(branch).toMatch(/^mlops\/schedule-[0-9a-f]{12}$/);
    expect(url).toMatch(new RegExp(`/pullrequest/${id}$`));
    // The merge is tried after the answer.
    await expect
      .poll(() => sandbox.devOps('GET', `mlops/_apis/git/pullrequests/${id}`))
      .toMatchObject({
        status: 'active',
        title: 'Training schedule: 0 6 * * MON (America/Toronto)',
        targetRefName: 'refs/heads/main',
        sourceRefName: `refs/heads/${branch}`,
        mergeStatus: 'succeeded',
        createdBy: { uniqueName: 'colleague@sandbox.test' },
        lastMergeSourceCommit: { commitId: document.commit },
      });

    expect(parse(await readAt(branch, 'mlops.yaml')).retraining.schedules).toEqual([
      { cron: '0 6 * * MON', timeZone: 'America/Toronto' },
    ]);
    expect(parse(await readAt(branch, 'pipelines/ci-train/retrain.yml')).schedules).toMatchObject([
      { cron: '0 11 * * 1' },
    ]);
    const changed = await git('diff', '--name-only', 'HEAD', 'FETCH_HEAD');
    expect(changed.trim().split('\n')).toEqual([
      '.mlops/base.jsonl',
      'mlops.lock',
      'mlops.yaml',
      'pipelines/ci-train/retrain.yml',
    ]);

    const kept = await schedule('you', '0 6 * * MON', '--in', 'America/Toronto', '--lang', 'fr');
    expect(kept.stdout).toContain(`La demande de tirage ${id} dit déjà cela`);
    const updated = JSON.parse((await schedule('you', 'none', '--json')).stdout);
    expect(updated).toMatchObject({ status: 'updated', crons: [], pullRequest: { id, branch } });
    expect(parse(await readAt(branch, 'pipelines/ci-train/retrain.yml'))).not.toHaveProperty('schedules');
    expect(await listPullRequests()).toHaveLength(1);

    expect(await git('ls-remote', 'origin', 'refs/heads/main')).toBe(main);
    expect(readFileSync(join(project, 'mlops.yaml'), 'utf8')).toBe(before);
    expect(await git('status', '--porcelain')).toBe('');
  });

  test('files of the branch are as if they had been generated; a person’s commit is left alone', async () => {
    const [{ sourceRefName }] = await listPullRequests();
    const branch = sourceRefName.replace('refs/heads/', '');
    await git('fetch', '--quiet', 'origin', branch);
    await git('checkout', '--quiet', '-b', 'theirs', 'FETCH_HEAD');
    const looked = await sandbox.run(['plan', '--from', 'worktree', '--json'], project, 'you');
    expect(JSON.parse(looked.stdout).edited).toEqual({});
    await git('commit', '--quiet', '--allow-empty', '-m', 'A thought of mine');
    expect(await sandbox.git(project, ['push', 'origin', `theirs:${branch}`], 'you')).toMatchObject({ exitCode: 0 });
    const tip = await git('ls-remote', 'origin', sourceRefName);
    const refused = await schedule('colleague', '0 7 * * *', '--json');
    expect(refused.exitCode).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ kind: 'error', code: 'conflict' });
    expect(await git('ls-remote', 'origin', sourceRefName)).toBe(tip);
  });

  test('after its merge the server knows the schedule, and nothing is left to do', { timeout: 120_000 }, async () => {
    await git('push', '--quiet', 'origin', `:${(await listPullRequests())[0].sourceRefName}`);
    // The pipelines that main demands take minutes; what they demand is not what this is about.
    for (const { id } of (await sandbox.devOps('GET', 'mlops/_apis/policy/configurations')).value) {
      await sandbox.devOps('DELETE', `mlops/_apis/policy/configurations/${id}`);
    }
    for (const { pullRequestId } of await listPullRequests()) {
      const path = `mlops/_apis/git/repositories/${MODEL}/pullrequests/${pullRequestId}`;
      await sandbox.devOps('PATCH', path, { status: 'abandoned' });
    }
    const args = ['15 2 * * *', '--in', 'America/Halifax', '--json'];
    const { pullRequest } = JSON.parse((await schedule('colleague', ...args)).stdout);
    const path = `mlops/_apis/git/repositories/${MODEL}/pullrequests/${pullRequest.id}`;
    const { lastMergeSourceCommit } = await sandbox.devOps('GET', path);
    await sandbox.devOps('PATCH', path, { status: 'completed', lastMergeSourceCommit });
    await expect.poll(async () => (await sandbox.devOps('GET', path)).status, { timeout: 10_000 }).toBe('completed');
    const again = await schedule('colleague', ...args);
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'unchanged', crons: ['15 6 * * *'] });
    const [{ id }] = (await sandbox.devOps('GET', `mlops/_apis/build/definitions?name=${MODEL}-retrain`)).value;
    const preview = await sandbox.devOps('POST', `mlops/_apis/pipelines/${id}/preview`, { previewRun: true });
    expect(parse(preview.finalYaml).schedules).toMatchObject([{ cron: '15 6 * * *' }]);
  });

  test('when the clock reaches it, training runs on main, once', { timeout: 60_000 }, async () => {
    const { now } = await sandbox.control('GET', 'clock');
    const scheduled = async () =>
      (await sandbox.devOps('GET', 'mlops/_apis/build/builds?reasonFilter=schedule')).value as readonly {
        readonly definition: { readonly name: string };
        readonly sourceBranch: string;
        readonly sourceVersion: string;
        readonly queueTime: string;
      }[];
    const due = nextRuns(['15 6 * * *'], 'UTC', new Date(now), 1)[0] ?? new Date(now);
    await sandbox.control('PUT', 'clock', { now: new Date(due.getTime() - 60_000).toISOString() });
    expect(await scheduled()).toEqual([]);
    await sandbox.control('PUT', 'clock', { now: new Date(due.getTime() + 60_000).toISOString() });
    await expect.poll(async () => (await scheduled()).length, { timeout: 10_000 }).toBe(1);
    const [main = ''] = (await git('ls-remote', 'origin', 'refs/heads/main')).split('\t');
    expect(await scheduled()).toMatchObject([
      { definition: { name: `${MODEL}-retrain` }, sourceBranch: 'refs/heads/main', sourceVersion: main },
    ]);
  });
});
