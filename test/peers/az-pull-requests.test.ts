import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { requireTool } from '../require-tool.ts';
import { type Az, azOf } from './run-az.ts';

requireTool('az')(
  'Microsoft’s Azure CLI on pull requests of the sandbox',
  () => {
    let box: TestSandbox;
    let az: Az;
    let work: string;
    let url: string;
    beforeAll(async () => {
      box = await startTestSandbox();
      az = azOf(box);
      const { id } = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'churn' })).body;
      url = `${box.organizationUrl}/ml/_git/churn`;
      work = box.folder('work');
      await box.git(work, ['init', '-q', '-b', 'main']);
      await push('main', 'README.md');
      await box.git(work, ['checkout', '-q', '-b', 'topic']);
      await push('topic', 'a.py');
      await az([
        ...['repos', 'policy', 'approver-count', 'create', '--blocking', 'true', '--enabled', 'true'],
        ...['--branch', 'main', '--repository-id', id, '--minimum-approver-count', '1', '--allow-downvotes', 'false'],
        ...['--creator-vote-counts', 'false', '--reset-on-source-push', 'true'],
      ]);
    });
    afterAll(() => box?.stop());

    async function push(branch: string, path: string): Promise<void> {
      writeFileSync(join(work, path), `${path}\n`);
      await box.git(work, ['add', '-A']);
      await box.git(work, ['commit', '-q', '-m', path]);
      await box.git(work, ['push', '-q', url, branch], 'you');
    }

    /** Pull requests have numbers of their own in the whole organisation, so `az` wants no project for them. */
    const on = (args: readonly string[], id: number, who = 'you') =>
      az(['repos', 'pr', ...args, '--id', String(id)], { who, project: false });

    test('from its creation to the merge', async () => {
      const branches = ['--source-branch', 'topic', '--target-branch', 'main'];
      const made = await az(['repos', 'pr', 'create', '-r', 'churn', ...branches, '--description', 'one', 'two']);
      const id: number = made.pullRequestId;
      expect(made).toMatchObject({ title: 'a.py', description: 'one\ntwo', status: 'active' });
      const changed = await on(['update', '--title', 'A model', '--squash', 'true', '--auto-complete', 'true'], id);
      expect(changed).toMatchObject({ title: 'A model', completionOptions: { squashMerge: true } });
      expect(changed.autoCompleteSetBy.id).toBe(made.createdBy.id);
      const before = await on(['policy', 'list'], id);
      expect(before).toMatchObject([{ status: 'running', configuration: { isBlocking: true } }]);
      await expect(on(['update', '--status', 'completed'], id)).rejects.toThrow(/policies of the target branch/);
      expect(await on(['set-vote', '--vote', 'approve'], id, 'colleague')).toMatchObject({ vote: 10 });
      await expect.poll(async () => (await on(['show'], id)).status, { timeout: 60_000 }).toBe('completed');
      expect(await on(['policy', 'list'], id)).toMatchObject([{ status: 'approved' }]);
      await box.git(work, ['fetch', '-q', url, 'main'], 'you');
      const subjects = await box.git(work, ['log', '--format=%s', 'FETCH_HEAD']);
      expect(subjects.stdout).toBe(`Merged PR ${id}: A model\nREADME.md\n`);
    });

    test('lists, reviewers, draft and abandoned', async () => {
      await box.git(work, ['checkout', '-q', '-b', 'later', 'FETCH_HEAD']);
      await push('later', 'b.py');
      const branches = ['--source-branch', 'later', '--target-branch', 'main', '--title', 'later', '--draft', 'true'];
      const made = await az(['repos', 'pr', 'create', '-r', 'churn', ...branches]);
      expect(made).toMatchObject({ isDraft: true });
      const id: number = made.pullRequestId;
      const added = await on(['reviewer', 'add', '--reviewers', 'colleague@sandbox.test'], id);
      expect(added).toMatchObject([{ displayName: 'Colleague', vote: 0 }]);
      const titles = async (status: string) =>
        (await az(['repos', 'pr', 'list', '-r', 'churn', '--status', status])).map(
          ({ title }: { title: string }) => title,
        );
      expect(await titles('active')).toEqual(['later']);
      expect(await on(['update', '--status', 'abandoned'], id)).toMatchObject({ status: 'abandoned' });
      expect(await titles('all')).toEqual(['later', 'A model']);
    });
  },
  240_000,
);
