import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type OwnSandbox, startOwnSandbox, type Who } from '../e2e/own-sandbox.ts';

const MODEL = 'snow-melt';
const RETRAIN = 'pipelines/ci-train/retrain.yml';
const DEPLOY = 'pipelines/deploy/templates/deploy.yml';

describe('a changed manifest and a team’s edits meet in a pull request', () => {
  let sandbox: OwnSandbox;
  let project: string;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    const work = join(sandbox.root, 'work');
    project = join(work, MODEL);
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work, 'you');
    if (created.exitCode !== 0) throw new Error(created.stdout + created.stderr);
    await liftPolicies();
    await git('config', 'user.name', 'You');
    await git('config', 'user.email', 'you@sandbox.test');
  }, 120_000);
  afterAll(() => sandbox?.stop());

  /** Nobody here runs the pipelines that main demands, or reviews; what they demand is not what this is about. */
  const liftPolicies = async () => {
    for (const { id } of (await sandbox.devOps('GET', 'mlops/_apis/policy/configurations')).value) {
      await sandbox.devOps('DELETE', `mlops/_apis/policy/configurations/${id}`);
    }
  };
  const update = (who: Who, ...args: string[]) => sandbox.run(['update', ...args], project, who);
  const git = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await sandbox.git(project, args, 'you');
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  const listPullRequests = async () =>
    (await sandbox.devOps('GET', `mlops/_apis/git/repositories/${MODEL}/pullrequests`)).value;
  const readAt = async (path: string) => {
    await git('fetch', '--quiet', 'origin', 'mlops/update');
    return git('show', `FETCH_HEAD:${path}`);
  };
  const edit = (path: string, change: (text: string) => string) => {
    const before = readFileSync(join(project, path), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${path} stayed as it was`);
    writeFileSync(join(project, path), after);
  };
  const pushMain = async (message: string) => {
    await git('commit', '--quiet', '-am', message);
    await git('push', '--quiet', 'origin', 'main');
  };
  const complete = async (id: number) => {
    const path = `mlops/_apis/git/repositories/${MODEL}/pullrequests/${id}`;
    const { lastMergeSourceCommit } = await sandbox.devOps('GET', path);
    await sandbox.devOps('PATCH', path, { status: 'completed', lastMergeSourceCommit });
    await expect.poll(async () => (await sandbox.devOps('GET', path)).status, { timeout: 10_000 }).toBe('completed');
    await git('pull', '--quiet', 'origin', 'main');
  };

  test('with nothing new, nothing is pushed', async () => {
    const looked = await update('you', '--json');
    expect(JSON.parse(looked.stdout)).toMatchObject({ kind: 'update', status: 'unchanged', conflicts: 0, files: [] });
    expect(looked.exitCode).toBe(0);
    expect(await listPullRequests()).toEqual([]);
  });

  test('schedule, cluster and Python of the manifest, a step and a name of the team’s', {
    timeout: 120_000,
  }, async () => {
    edit(DEPLOY, (text) => text.replace("timeoutInMinutes: '45'", "timeoutInMinutes: '90'"));
    edit(RETRAIN, (text) => text.replace('trigger: none\n', "name: 'team-$(Rev:r)'\ntrigger: none\n"));
    edit('mlops.yaml', (text) =>
      text.replace(/^( *nodeType:).*$/m, '$1 Standard_D8ds_v5').replace(/^( *cluster:).*$/m, '$1 aks-new'),
    );
    edit('mlops.yaml', (text) =>
      text
        .replace(/^( *- \{? ?cron:|^ *- cron:).*$/m, "    - cron: '30 5 * * *'")
        .replace(/schedules: *\[\]/, "schedules:\n    - cron: '30 5 * * *'\n      timeZone: UTC"),
    );
    await pushMain('Our own edits, and other answers');

    const dry = await update('colleague', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ status: 'dry-run', conflicts: 0 });
    expect(await listPullRequests()).toEqual([]);

    const opened = await update('colleague', '--json');
    expect(opened, opened.stderr).toMatchObject({ exitCode: 0 });
    const document = JSON.parse(opened.stdout);
    expect(document).toMatchObject({ status: 'opened', conflicts: 0, pullRequest: { branch: 'mlops/update' } });
    const actions = Object.fromEntries(
      document.files.map((file: { path: string; action: string }) => [file.path, file.action]),
    );
    expect(actions).toEqual({
      [RETRAIN]: 'merge',
      [DEPLOY]: 'keep',
      'pipelines/ci-train/jobs/integration.json': 'take',
      'pipelines/ci-train/jobs/train.json': 'take',
    });
    const [pullRequest] = await listPullRequests();
    expect(pullRequest).toMatchObject({
      isDraft: false,
      mergeStatus: 'succeeded',
      createdBy: { uniqueName: 'colleague@sandbox.test' },
      lastMergeSourceCommit: { commitId: document.commit },
    });
    for (const path of Object.keys(actions)) expect(pullRequest.description).toContain(`\`${path}\``);
    const retrain = parse(await readAt(RETRAIN));
    expect(retrain).toMatchObject({ name: 'team-$(Rev:r)', schedules: [{ cron: '30 5 * * *' }] });
    expect(await git('status', '--porcelain')).toBe('');

    const kept = await update('you', '--json');
    expect(JSON.parse(kept.stdout)).toMatchObject({ status: 'kept', pullRequest: { id: pullRequest.pullRequestId } });
  });

  test('main goes on: the same pull request follows it, on the same branch', async () => {
    const [{ pullRequestId, lastMergeSourceCommit }] = await listPullRequests();
    edit('mlops.yaml', (text) => text.replace('30 5 * * *', '45 4 * * *'));
    await pushMain('Earlier');
    const updated = JSON.parse((await update('you', '--json')).stdout);
    expect(updated).toMatchObject({ status: 'updated', pullRequest: { id: pullRequestId } });
    expect(parse(await readAt(RETRAIN)).schedules).toMatchObject([{ cron: '45 4 * * *' }]);
    // Nothing was forced: the branch as it was is part of the branch as it is.
    await git('merge-base', '--is-ancestor', lastMergeSourceCommit.commitId, updated.commit);
    expect((await listPullRequests())[0]).toMatchObject({ mergeStatus: 'succeeded' });
  });

  test('after its merge, apply brings the cloud side along and nothing is left to do', {
    timeout: 120_000,
  }, async () => {
    await complete((await listPullRequests())[0].pullRequestId);
    const before = await sandbox.run(['plan', '--check', '--json'], project, 'you');
    expect(before.exitCode).toBe(5);
    expect(await sandbox.run(['apply', '--yes'], project, 'you')).toMatchObject({ exitCode: 0 });
    expect(await sandbox.run(['plan', '--check'], project, 'you')).toMatchObject({ exitCode: 0 });
    expect(await update('you', '--check')).toMatchObject({ exitCode: 0 });
    await liftPolicies();
    const jobs = (await sandbox.workspace('GET', 'api/2.2/jobs/list?expand_tasks=true')).jobs;
    expect(JSON.stringify(jobs)).toContain('Standard_D8ds_v5');
    const [{ id }] = (await sandbox.devOps('GET', `mlops/_apis/build/definitions?name=${MODEL}-retrain`)).value;
    const preview = await sandbox.devOps('POST', `mlops/_apis/pipelines/${id}/preview`, { previewRun: true });
    expect(parse(preview.finalYaml)).toMatchObject({ name: 'team-$(Rev:r)', schedules: [{ cron: '45 4 * * *' }] });
  });

  test('a conflict makes a draft that says where, and ends with 3', { timeout: 120_000 }, async () => {
    edit(RETRAIN, (text) => text.replace(/cron: '[^']*'/, "cron: '1 1 1 1 *'"));
    edit('mlops.yaml', (text) => text.replace('45 4 * * *', '15 3 * * *'));
    await pushMain('By hand, and by the manifest');
    const opened = await update('you', '--json');
    expect(opened.exitCode).toBe(3);
    expect(JSON.parse(opened.stdout)).toMatchObject({
      status: 'opened',
      conflicts: 1,
      files: expect.arrayContaining([{ path: RETRAIN, action: 'conflict', reason: 'both-changed' }]),
    });
    const [pullRequest] = await listPullRequests();
    expect(pullRequest.isDraft).toBe(true);
    expect(pullRequest.description).toContain(`- \`${RETRAIN}\`: you and the templates changed the same lines.`);
    const marked = await readAt(RETRAIN);
    expect(marked).toMatch(/^<{7} yours\n.*'1 1 1 1 \*'.*\n={7}\n.*'15 3 \* \* \*'.*\n>{7} template$/ms);
  });

  test('a person’s commit on the branch is never pushed over', async () => {
    await git('checkout', '--quiet', '-b', 'theirs', 'FETCH_HEAD');
    writeFileSync(join(project, RETRAIN), (await readAt(RETRAIN)).replace(/^<{7}.*\n(.*\n)={7}\n.*\n>{7}.*\n/m, '$1'));
    await git('commit', '--quiet', '-am', 'Resolved by a person');
    await git('push', '--quiet', 'origin', 'theirs:mlops/update');
    const tip = await git('rev-parse', 'HEAD');
    await git('checkout', '--quiet', 'main');
    const refused = await update('colleague', '--json');
    expect(refused.exitCode).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ kind: 'error', code: 'conflict' });
    expect(await git('ls-remote', 'origin', 'refs/heads/mlops/update')).toContain(tip.trim());
  });

  test('who may not push is told so, and nothing is left behind', async () => {
    await git('push', '--quiet', 'origin', ':mlops/update');
    const refused = await update('reader');
    expect(refused).toMatchObject({ exitCode: 4 });
    expect(await git('ls-remote', 'origin', 'refs/heads/mlops/update')).toBe('');
  });

  test('--conflict=ours proposes what can be merged, and the rest again next time', { timeout: 120_000 }, async () => {
    for (const { pullRequestId } of await listPullRequests()) {
      await sandbox.devOps('PATCH', `mlops/_apis/git/repositories/${MODEL}/pullrequests/${pullRequestId}`, {
        status: 'abandoned',
      });
    }
    edit('mlops.yaml', (text) => text.replace('Standard_D8ds_v5', 'Standard_D16ds_v5'));
    await pushMain('Larger');
    const opened = await update('you', '--conflict=ours', '--json');
    expect(opened.exitCode).toBe(3);
    expect(await readAt(RETRAIN)).toContain("'1 1 1 1 *'");
    await sandbox.devOps(
      'PATCH',
      `mlops/_apis/git/repositories/${MODEL}/pullrequests/${(await listPullRequests())[0].pullRequestId}`,
      { isDraft: false },
    );
    await complete((await listPullRequests())[0].pullRequestId);
    const again = JSON.parse((await update('you', '--conflict=ours', '--json')).stdout);
    expect(again).toMatchObject({ status: 'unchanged', conflicts: 1 });
  });
});
