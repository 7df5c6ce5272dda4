import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';

const MODEL = 'wind-load';
const FOLDER = `/Users/colleague@sandbox.test/${MODEL}-demo`;

describe('a feature of a colleague', () => {
  let sandbox: OwnSandbox;
  let clone: string;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    const work = join(sandbox.root, 'work');
    clone = join(work, 'of-colleague');
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work, 'you');
    const url = /repository:\S+ {2}(http\S+)/.exec(created.stdout)?.[1] ?? '';
    const cloned = await sandbox.git(work, ['clone', url, clone], 'colleague');
    if (cloned.exitCode !== 0) throw new Error(created.stderr + cloned.stderr);
  });
  afterAll(() => sandbox?.stop());

  const feature = (...args: string[]) => sandbox.run(['feature', ...args], clone, 'colleague');
  const git = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await sandbox.git(clone, args, 'colleague');
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  const commitNotebook = async (line: string) => {
    appendFileSync(join(clone, 'notebooks/model_train.py'), `${line}\n`);
    await git('commit', '--quiet', '-am', 'A change');
  };
  const listPullRequests = async () =>
    (await sandbox.devOps('GET', `mlops/_apis/git/repositories/${MODEL}/pullrequests`)).value;
  const findFolder = async () => {
    const { object_id: id } = await sandbox.workspace('GET', `api/2.0/workspace/get-status?path=${FOLDER}`);
    return sandbox.workspace('GET', `api/2.0/repos/${id}`);
  };

  test('what is no name, and main, are refused', async () => {
    for (const args of [['start'], ['start', 'Main Branch'], ['finish', 'demo'], ['begin'], ['finish']]) {
      expect((await feature(...args)).exitCode, args.join(' ')).toBe(2);
    }
    expect((await feature('finish')).stderr).toContain('This clone is on no branch of its own.');
    expect((await feature('start', 'demo', '--dry-run')).stdout).toContain(FOLDER);
    expect(await git('ls-remote', 'origin', 'refs/heads/feature/*')).toBe('');
  });

  test('start makes a branch and a Git folder of one’s own, once', async () => {
    const started = await feature('start', 'demo', '--json');
    expect(started.exitCode).toBe(0);
    expect(JSON.parse(started.stdout)).toEqual({
      schema: 1,
      kind: 'feature',
      action: 'start',
      dryRun: false,
      branch: 'feature/demo',
      branchMade: true,
      folder: FOLDER,
      folderMade: true,
    });
    const main = await git('rev-parse', 'origin/main');
    expect(await git('ls-remote', 'origin', 'refs/heads/feature/demo')).toContain(main);
    expect(await findFolder()).toMatchObject({ branch: 'feature/demo', head_commit_id: main });
    const again = await sandbox.run(['feature', 'start', 'demo', '--lang', 'fr'], clone, 'colleague');
    expect(again.stdout).toContain('Branche, déjà là\u00a0: feature/demo');
    expect(again.stdout).toContain('Ce clone est maintenant sur feature/demo.');
    expect(await git('branch', '--show-current')).toBe('feature/demo');
    await git('switch', '--quiet', 'main');
    writeFileSync(join(clone, 'README.md'), 'Half a thought.\n');
    const dirty = await feature('start', 'demo');
    expect(dirty.stdout).toContain('git switch feature/demo');
    expect(await git('branch', '--show-current')).toBe('main');
    await git('checkout', '--quiet', 'README.md');
  });

  test('nothing goes out that is not committed, or holds outputs or secrets', async () => {
    await git('switch', '--quiet', 'feature/demo');
    expect((await feature('finish')).stderr).toContain('holds nothing that main does not have');
    writeFileSync(join(clone, 'notebooks/look.ipynb'), JSON.stringify({ cells: [{ outputs: [{ text: '7' }] }] }));
    const open = await feature('finish');
    expect(open).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('notebooks/look.ipynb') });
    await git('add', 'notebooks/look.ipynb');
    await git('commit', '--quiet', '-m', 'Look');
    const token = `dapi${'0f'.repeat(16)}`;
    await commitNotebook(`TOKEN = "${token}"`);
    const unclean = await feature('finish');
    expect(unclean.exitCode).toBe(3);
    expect(unclean.stderr).toContain('notebooks/look.ipynb:1 cell 1 holds outputs');
    expect(unclean.stderr).toMatch(/notebooks\/model_train\.py:\d+ looks like a secret/);
    expect(unclean.stdout + unclean.stderr).not.toContain(token);
    expect(await git('ls-remote', 'origin', 'refs/heads/feature/demo')).toContain(
      await git('rev-parse', 'origin/main'),
    );
    await git('reset', '--quiet', '--hard', 'origin/main');
  });

  test('finish pushes and opens one pull request that says what will run', { timeout: 120_000 }, async () => {
    await commitNotebook('# A thought');
    const dry = await feature('finish', '--dry-run');
    expect(dry.stdout).toContain(`- ${MODEL}-ci`);
    expect(await listPullRequests()).toEqual([]);
    const finished = await feature('finish', '--json');
    expect(finished.exitCode).toBe(0);
    const document = JSON.parse(finished.stdout);
    expect(document).toMatchObject({
      branch: 'feature/demo',
      files: ['notebooks/model_train.py'],
      runs: [`${MODEL}-ci`, `${MODEL}-checks`],
      pullRequest: { status: 'opened' },
    });
    const { id } = document.pullRequest;
    expect(await sandbox.devOps('GET', `mlops/_apis/git/pullrequests/${id}`)).toMatchObject({
      title: 'Feature: demo',
      status: 'active',
      description: expect.stringContaining(`- ${MODEL}-checks`),
      createdBy: { uniqueName: 'colleague@sandbox.test' },
      lastMergeSourceCommit: { commitId: await git('rev-parse', 'HEAD') },
    });
    await commitNotebook('# Another one');
    const kept = await feature('finish');
    expect(kept.stdout).toContain(`Pull request ${id} was open already`);
    expect(await listPullRequests()).toMatchObject([
      { lastMergeSourceCommit: { commitId: await git('rev-parse', 'HEAD') } },
    ]);
  });

  test('a branch that moved on elsewhere is not overwritten', async () => {
    const tip = await git('rev-parse', 'HEAD');
    await git('reset', '--quiet', '--hard', 'HEAD~1');
    await commitNotebook('# From this machine');
    const refused = await feature('finish');
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('git pull') });
    expect(await git('ls-remote', 'origin', 'refs/heads/feature/demo')).toContain(tip);
  });

  test('nothing shared has changed', async () => {
    expect(await git('ls-remote', 'origin', 'refs/heads/main')).toContain(await git('rev-parse', 'origin/main'));
    const folder = join(sandbox.root, 'work', MODEL);
    expect(await sandbox.run(['plan', '--check'], folder, 'you')).toMatchObject({ exitCode: 0 });
  });

  test('after the merge it cleans up, but not what is not merged', { timeout: 180_000 }, async () => {
    await git('fetch', '--quiet', 'origin');
    await git('reset', '--quiet', '--hard', 'origin/feature/demo');
    // The pipelines that main demands take minutes; what they demand is not what this is about.
    for (const { id } of (await sandbox.devOps('GET', 'mlops/_apis/policy/configurations')).value) {
      await sandbox.devOps('DELETE', `mlops/_apis/policy/configurations/${id}`);
    }
    const [{ pullRequestId }] = await listPullRequests();
    const path = `mlops/_apis/git/repositories/${MODEL}/pullrequests/${pullRequestId}`;
    const { lastMergeSourceCommit } = await sandbox.devOps('GET', path);
    const completionOptions = { mergeStrategy: 'squash', deleteSourceBranch: false };
    await sandbox.devOps('PATCH', path, { status: 'completed', lastMergeSourceCommit, completionOptions });
    await expect.poll(async () => (await sandbox.devOps('GET', path)).status, { timeout: 20_000 }).toBe('completed');

    await commitNotebook('# Later');
    expect((await feature('finish', '--dry-run')).stdout).toContain('nothing was pushed');
    await git('reset', '--quiet', '--hard', 'HEAD~1');
    const scratch = { path: `${FOLDER}/scratch.txt`, format: 'RAW', content: 'bWluZQ==' };
    await sandbox.workspace('POST', 'api/2.0/workspace/import', scratch);
    const unsaved = await feature('finish', '--yes');
    expect(unsaved).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('holds work that is not merged') });
    await sandbox.workspace('POST', 'api/2.0/workspace/delete', { path: scratch.path });
    // A script cannot be asked.
    expect(await feature('finish')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    const dry = await feature('finish', '--dry-run');
    expect(dry.stdout).toContain(`It would remove: feature/demo, ${FOLDER}.`);
    expect(await git('ls-remote', 'origin', 'refs/heads/feature/demo')).not.toBe('');
    expect(await findFolder()).toMatchObject({ branch: 'feature/demo' });

    const cleaned = await feature('finish', '--yes', '--json');
    expect(cleaned.exitCode).toBe(0);
    expect(JSON.parse(cleaned.stdout)).toMatchObject({
      action: 'clean-up',
      branch: 'feature/demo',
      pullRequest: { id: pullRequestId },
      gitFolder: FOLDER,
    });
    expect(await git('ls-remote', 'origin', 'refs/heads/feature/*')).toBe('');
    await expect(findFolder()).rejects.toThrow('RESOURCE_DOES_NOT_EXIST');
    expect(await git('branch', '--list')).toBe('* main');
    expect(await git('rev-parse', 'HEAD')).toBe((await git('ls-remote', 'origin', 'refs/heads/main')).split('\t')[0]);
  });
});
