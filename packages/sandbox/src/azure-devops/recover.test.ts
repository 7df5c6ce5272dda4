import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSandbox } from '../server.ts';
import { startTestSandbox } from '../test-sandbox.ts';

test('a sandbox that was killed between folder and state puts both together again', async () => {
  const box = await startTestSandbox();
  try {
    const gone = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'gone' })).body.id;
    const kept = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'kept' })).body.id;
    await box.sandbox.stop();
    const folder = join(box.home, 'git');
    rmSync(join(folder, `${gone}.git`), { recursive: true });
    mkdirSync(join(folder, 'half-made.git.new'));
    const again = await startSandbox({ home: box.home, ports: { azureDevOps: 0, databricks: 0 } });
    const url = `${again.addresses.azureDevOps}/contoso/ml/_apis/git/repositories`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${box.tokenOf('you')}` } });
    const { value } = (await response.json()) as { value: { name: string }[] };
    await again.stop();
    expect(value.map(({ name }) => name)).toEqual(['ml', 'kept']);
    expect(existsSync(join(folder, `${kept}.git`))).toBe(true);
    expect(existsSync(join(folder, 'half-made.git.new'))).toBe(false);
  } finally {
    await box.stop();
  }
});

test('a completion that was killed after the target moved is complete, and not done twice', async () => {
  const box = await startTestSandbox();
  try {
    const at = 'ml/_apis/git/repositories/ml';
    const push = (ref: string, oldObjectId: string, path: string) =>
      box.ask('POST', `${at}/pushes`, {
        refUpdates: [{ name: ref, oldObjectId }],
        commits: [{ comment: path, changes: [{ changeType: 'add', item: { path }, newContent: { content: path } }] }],
      });
    const main = (await push('refs/heads/main', '0'.repeat(40), '/one')).body.refUpdates[0].newObjectId;
    await box.ask('POST', `${at}/refs`, [{ name: 'refs/heads/t', oldObjectId: '0'.repeat(40), newObjectId: main }]);
    const source = (await push('refs/heads/t', main, '/two')).body.refUpdates[0].newObjectId;
    const wanted = { sourceRefName: 'refs/heads/t', targetRefName: 'refs/heads/main', title: 't' };
    const by = (await box.ask('POST', `${at}/pullrequests`, wanted)).body.createdBy.id;
    await box.sandbox.stop();
    const file = join(box.home, 'state', 'azure-devops.json');
    const state = JSON.parse(readFileSync(file, 'utf8'));
    const [organization] = state.organizations;
    const folder = join(box.home, 'git', `${organization.repositories[0].id}.git`);
    const { merge } = organization.pullRequests[0];
    Object.assign(organization.pullRequests[0], { completing: by, landing: { ...merge, by } });
    writeFileSync(file, JSON.stringify(state));
    await box.git(folder, ['update-ref', 'refs/heads/main', merge.commitId]);
    const again = await startSandbox({ home: box.home, ports: { azureDevOps: 0, databricks: 0 } });
    const headers = { authorization: `Bearer ${box.tokenOf('you')}` };
    const url = `${again.addresses.azureDevOps}/contoso/${at}/pullrequests/1`;
    const body = async () => (await (await fetch(url, { headers })).json()) as Record<string, unknown>;
    await expect.poll(async () => (await body()).status).toBe('completed');
    expect(await body()).toMatchObject({ closedBy: { id: by }, lastMergeSourceCommit: { commitId: source } });
    await again.stop();
    expect((await box.git(folder, ['rev-parse', 'main'])).stdout.trim()).toBe(merge.commitId);
  } finally {
    await box.stop();
  }
});
