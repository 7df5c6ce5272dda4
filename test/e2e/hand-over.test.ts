import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { everyObject, listObjects } from './inventory.ts';
import { type OwnSandbox, startOwnSandbox, type Who } from './own-sandbox.ts';

let sandbox: OwnSandbox;
let work: string;
beforeAll(async () => {
  sandbox = await startOwnSandbox();
  work = join(sandbox.root, 'work');
  await sandbox.control('PUT', 'organizations/sandbox/projects/mlops');
});
afterAll(() => sandbox?.stop());

const create = (model: string, who: Who, ...more: string[]) =>
  sandbox.run(['create', model, '--yes', '--target', 'sandbox', ...more], work, who);
const at = (model: string) => join(work, model);
const writes = async () => (await sandbox.requests()).filter(({ method }) => !['GET', 'OPTIONS'].includes(method));

describe('without the rights', () => {
  test('files, a commit and a hand-over for whoever has them; then nothing is left to do', {
    timeout: 90_000,
  }, async () => {
    const mine = await create('river-level', 'reader');
    expect(mine.exitCode).toBe(4);
    expect(mine.stdout).toContain('Some of it needs rights that you do not have.');
    expect(mine.stdout).toContain(
      'repository:river-level: create repositories in the project (a project administrator)',
    );
    expect(mine.stdout).toMatch(/job:river-level-train: create jobs in Databricks/);
    expect(mine.stdout).toContain('npx create-mlops-model@0 apply');
    expect(await listObjects(sandbox, 'river-level')).toEqual([]);
    expect((await sandbox.git(at('river-level'), ['status', '--porcelain'])).stdout).toBe('');
    expect((await sandbox.git(at('river-level'), ['rev-list', '--count', 'HEAD'])).stdout.trim()).toBe('1');

    const again = await sandbox.run(['apply', '--yes', '--json'], at('river-level'), 'reader');
    expect(again.exitCode).toBe(4);
    const document = JSON.parse(again.stdout);
    expect(document).toMatchObject({ schema: 1, kind: 'outcome', cancelled: false });
    expect(document.handOver.command).toBe('npx create-mlops-model@0 apply');
    expect(document.handOver.objects).toContainEqual({
      address: 'repository:river-level',
      right: { name: 'right.create-repository', holder: 'holder.project-administrator' },
    });
    expect(document.results).toContainEqual(
      expect.objectContaining({ address: 'repository:river-level', status: 'refused' }),
    );

    const planned = await sandbox.run(['plan', '--json'], at('river-level'), 'reader');
    expect(planned.exitCode).toBe(0);
    expect(JSON.parse(planned.stdout).handOver.command).toBe('npx create-mlops-model@0 apply');
    expect(JSON.parse(planned.stdout).steps).toContainEqual({
      action: 'create',
      address: 'repository:river-level',
      right: { name: 'right.create-repository', holder: 'holder.project-administrator' },
    });

    // The platform's person clones the folder as it lies there, and applies from there.
    const theirs = at('river-level-of-platform');
    await sandbox.git(work, ['clone', at('river-level'), theirs]);
    expect(await sandbox.run(['apply', '--yes'], theirs, 'administrator')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await listObjects(sandbox, 'river-level')).toEqual(everyObject('river-level'));
    for (const [folder, who] of [
      [at('river-level'), 'reader'],
      [theirs, 'administrator'],
    ] as const) {
      expect(await sandbox.run(['plan', '--check'], folder, who)).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await sandbox.git(folder, ['status', '--porcelain'])).stdout).toBe('');
    }
    const tip = (await sandbox.git(theirs, ['ls-remote', 'origin', 'refs/heads/main'], 'administrator')).stdout;
    expect(tip).toContain((await sandbox.git(at('river-level'), ['rev-parse', 'HEAD'])).stdout.trim());
  });

  test('an empty repository that somebody made beforehand is taken without a flag', async () => {
    await sandbox.devOps('POST', 'mlops/_apis/git/repositories', { name: 'snow-load' });
    const taken = await create('snow-load', 'you');
    expect(taken).toMatchObject({ exitCode: 0, stderr: '' });
    expect(taken.stdout).not.toContain('create  repository:snow-load');
    expect(await listObjects(sandbox, 'snow-load')).toEqual(everyObject('snow-load'));
  });
});

describe('names that strangers hold', () => {
  test('a repository with something else in it stops everything, with and without --take-over', async () => {
    const { id } = await sandbox.devOps('POST', 'mlops/_apis/git/repositories', { name: 'ice-cover' });
    await sandbox.devOps('POST', `mlops/_apis/git/repositories/${id}/pushes`, {
      refUpdates: [{ name: 'refs/heads/main', oldObjectId: '0'.repeat(40) }],
      commits: [
        {
          comment: 'theirs',
          changes: [
            {
              changeType: 'add',
              item: { path: '/notes.md' },
              newContent: { content: '# Ice\n', contentType: 'rawtext' },
            },
          ],
        },
      ],
    });
    const before = await sandbox.devOps('GET', `mlops/_apis/git/repositories/${id}/refs`);
    await sandbox.control('DELETE', 'requests');
    const blocked = await create('ice-cover', 'you');
    expect(blocked.exitCode).toBe(1);
    expect(blocked.stdout).toContain('! blocked  repository:ice-cover');
    expect(blocked.stderr).toContain('Nothing was changed');
    expect(blocked.stderr).toContain('--take-over');
    expect(await writes()).toEqual([]);
    expect(existsSync(at('ice-cover'))).toBe(false);

    const taken = await create('ice-cover', 'you', '--take-over');
    expect(taken.exitCode).toBe(1);
    expect(taken.stdout + taken.stderr).toContain('holds something else than the model');
    expect(await sandbox.devOps('GET', `mlops/_apis/git/repositories/${id}/refs`)).toEqual(before);
  });

  test('environment, variable group and job: blocked; with --take-over kept for their owners', {
    timeout: 90_000,
  }, async () => {
    const model = 'fire-risk';
    await sandbox.devOps('POST', 'mlops/_apis/distributedtask/environments', {
      name: `${model}-production`,
      description: 'Of the fire department',
    });
    const { id: projectId } = await sandbox.devOps('GET', '_apis/projects/mlops');
    await sandbox.devOps('POST', '_apis/distributedtask/variablegroups', {
      name: `${model}-deploy`,
      type: 'Vsts',
      description: 'Of the fire department',
      variables: { THEIRS: { value: 'kept' } },
      variableGroupProjectReferences: [
        { name: `${model}-deploy`, projectReference: { id: projectId, name: 'mlops' }, description: 'Theirs' },
      ],
    });
    await sandbox.workspace('POST', 'api/2.2/jobs/create', { name: `${model}-train`, max_concurrent_runs: 2 });
    const theirs = [`environment ${model}-production`, `group ${model}-deploy`, `job ${model}-train`];
    expect(await listObjects(sandbox, model)).toEqual(theirs);

    await sandbox.control('DELETE', 'requests');
    const blocked = await create(model, 'you');
    expect(blocked.exitCode).toBe(1);
    const addresses = [`environment:${model}-production`, `variable-group:${model}-deploy`, `job:${model}-train`];
    for (const address of addresses) {
      expect(blocked.stdout).toContain(`! blocked  ${address}`);
      expect(blocked.stderr).toContain(address);
    }
    expect(await writes()).toEqual([]);
    expect(existsSync(at(model))).toBe(false);

    const taken = await create(model, 'you', '--take-over');
    expect(taken).toMatchObject({ exitCode: 0, stderr: '' });
    expect(parse(readFileSync(join(at(model), 'mlops.yaml'), 'utf8')).keep.toSorted()).toEqual(addresses.toSorted());
    expect(await listObjects(sandbox, model)).toEqual(everyObject(model));
    expect(await sandbox.run(['plan', '--check'], at(model), 'you')).toMatchObject({ exitCode: 0 });
    expect((await sandbox.git(at(model), ['status', '--porcelain'])).stdout).toBe('');

    const destroyed = await sandbox.run(['destroy', '--yes', '--name', model], at(model), 'you');
    expect(destroyed).toMatchObject({ exitCode: 0, stderr: '' });
    for (const address of addresses) expect(destroyed.stdout).toContain(`${address}: taken over, not made by us`);
    expect(await listObjects(sandbox, model)).toEqual(theirs);
  });
});
