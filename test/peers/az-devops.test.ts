import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { requireTool } from '../require-tool.ts';
import { type Az, azOf } from './run-az.ts';

requireTool('az')(
  'Microsoft’s Azure CLI against the sandbox',
  () => {
    let box: TestSandbox;
    let az: Az;
    beforeAll(async () => {
      box = await startTestSandbox();
      az = azOf(box);
      await box.ask('POST', 'ml/_apis/git/repositories', { name: 'churn' });
      await box.ask('POST', 'ml/_apis/git/repositories/churn/pushes', {
        refUpdates: [{ name: 'refs/heads/main', oldObjectId: '0'.repeat(40) }],
        commits: [
          {
            comment: 'first',
            changes: [{ changeType: 'add', item: { path: '/ci.yml' }, newContent: { content: 'steps: []\n' } }],
          },
        ],
      });
    });
    afterAll(() => box?.stop());

    const names = (items: readonly { name: string }[]) => items.map(({ name }) => name).sort();

    test('repositories', async () => {
      expect(names(await az(['repos', 'list']))).toEqual(['churn', 'ml']);
      const made = await az(['repos', 'create', '--name', 'by-az']);
      expect((await az(['repos', 'show', '-r', 'by-az'])).id).toBe(made.id);
      await expect(az(['repos', 'create', '--name', 'by-az'])).rejects.toThrow(/TF400948/);
      await expect(az(['repos', 'create', '--name', 'mine'], { who: 'reader' })).rejects.toThrow(/TF401027/);
      const [ref] = await az(['repos', 'ref', 'list', '-r', 'churn']);
      expect(ref.name).toBe('refs/heads/main');
    });

    test('pipelines and their folders', async () => {
      await az(['pipelines', 'folder', 'create', '--path', '\\ml']);
      const options = [
        '--repository',
        'churn',
        '--repository-type',
        'tfsgit',
        '--branch',
        'main',
        '--yml-path',
        'ci.yml',
      ];
      const create = [
        'pipelines',
        'create',
        '--name',
        'ci',
        '--folder-path',
        '\\ml',
        '--skip-first-run',
        'true',
        ...options,
      ];
      const made = await az(create);
      expect(made).toMatchObject({ name: 'ci', path: '\\ml', process: { yamlFilename: 'ci.yml' } });
      expect(names(await az(['pipelines', 'list']))).toEqual(['ci']);
      expect((await az(['pipelines', 'show', '--name', 'ci', '--folder-path', '\\ml'])).id).toBe(made.id);
      const updated = await az(['pipelines', 'update', '--id', String(made.id), '--description', 'checked']);
      expect(updated).toMatchObject({ description: 'checked', revision: made.revision + 1 });
    });

    test('branch policies', async () => {
      const repository = (await az(['repos', 'show', '-r', 'churn'])).id;
      const [definition] = await az(['pipelines', 'list']);
      const at = ['--blocking', 'true', '--enabled', 'true', '--branch', 'main', '--repository-id', repository];
      const build = ['--build-definition-id', String(definition.id), '--display-name', 'CI', '--valid-duration', '720'];
      const when = ['--manual-queue-only', 'false', '--queue-on-source-update-only', 'true'];
      const made = await az(['repos', 'policy', 'build', 'create', ...at, ...build, ...when]);
      expect(made.settings).toMatchObject({ buildDefinitionId: definition.id, validDuration: 720 });
      const votes = ['--minimum-approver-count', '1', '--creator-vote-counts', 'false', '--allow-downvotes', 'false'];
      await az(['repos', 'policy', 'approver-count', 'create', ...at, ...votes, '--reset-on-source-push', 'true']);
      const listed = await az(['repos', 'policy', 'list', '--branch', 'main', '--repository-id', repository]);
      expect(listed.map(({ type }: { type: { displayName: string } }) => type.displayName).sort()).toEqual([
        'Build',
        'Minimum number of reviewers',
      ]);
    });

    test('variable groups', async () => {
      const made = await az(['pipelines', 'variable-group', 'create', '--name', 'vg', '--variables', 'a=1']);
      const group = ['--group-id', String(made.id)];
      const secret = ['--name', 'key', '--secret', 'true', '--value', 'hidden'];
      await az(['pipelines', 'variable-group', 'variable', 'create', ...group, ...secret]);
      expect(names(await az(['pipelines', 'variable-group', 'list']))).toEqual(['vg']);
      expect((await az(['pipelines', 'variable-group', 'show', ...group])).variables).toMatchObject({
        a: { value: '1' },
        key: { isSecret: true, value: null },
      });
    });

    test('projects, people and queues', async () => {
      const made = await az(['devops', 'project', 'create', '--name', 'by-az'], { project: false });
      expect(made).toMatchObject({ name: 'by-az', state: 'wellFormed' });
      const { members } = await az(['devops', 'user', 'list'], { project: false });
      expect(members.map(({ user }: { user: { displayName: string } }) => user.displayName)).toContain('Reader');
      expect(names(await az(['pipelines', 'queue', 'list']))).toEqual(['Azure Pipelines', 'Default']);
    });
  },
  240_000,
);
