import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyObject, listObjects } from './inventory.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { EXAMPLE, type Ran } from './product.ts';

const MODEL = 'ottawa-over-asking';
const TWIN = 'twin-model';

describe('a model on the sandbox, from create to destroy', () => {
  let sandbox: OwnSandbox;
  let work: string;
  let project: string;
  let created: Ran;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    work = join(sandbox.root, 'work');
    project = join(work, 'ottawa');
    const args = ['create', 'ottawa', '--answers', EXAMPLE, '--yes', '--target', 'sandbox'];
    created = await sandbox.run(args, work, 'you');
  });
  afterAll(() => sandbox?.stop());

  const git = async (...args: string[]) => (await sandbox.git(project, args, 'you')).stdout.trim();
  const cloneUrl = () => /repository:\S+ {2}(http\S+)/.exec(created.stdout)?.[1] ?? '';

  test('create ends well, and everything is there once', async () => {
    expect(created).toMatchObject({ exitCode: 0, stderr: '' });
    expect(created.stdout).toMatch(/^Created: \d+ · changed: 0 · already as they should be: 1$/m);
    expect(created.stdout).toContain('Checked: the server reads the same schedules from the pipeline on main.');
    expect(created.stdout.match(/^ {2}.*America\/Toronto \(.* UTC\)$/gm)).toHaveLength(5);
    expect(await listObjects(sandbox, MODEL)).toEqual(everyObject(MODEL));
  });

  test('the folder is a clean clone of what is on the server', async () => {
    expect(await git('status', '--porcelain', '--branch')).toBe('## main...origin/main');
    const head = await git('rev-parse', 'HEAD');
    expect(await git('rev-parse', 'origin/main')).toBe(head);
    expect(await git('ls-remote', 'origin', 'refs/heads/main')).toBe(`${head}\trefs/heads/main`);
    expect(await git('rev-list', '--count', 'HEAD')).toBe('1');
  });

  test('git clones the printed address; main takes no direct push', async () => {
    const clone = join(work, 'clone');
    expect(await sandbox.git(work, ['clone', cloneUrl(), clone], 'colleague')).toMatchObject({ exitCode: 0 });
    expect(readdirSync(clone)).toEqual(expect.arrayContaining(['api', 'notebooks', 'pipelines', 'mlops.yaml']));
    appendFileSync(join(clone, 'README.md'), 'A line.\n');
    await sandbox.git(clone, ['commit', '-am', 'A line'], 'colleague');
    for (const who of ['colleague', 'you'] as const) {
      const pushed = await sandbox.git(clone, ['push', 'origin', 'main'], who);
      expect(pushed.exitCode).not.toBe(0);
      expect(pushed.stderr).toContain('TF402455');
    }
    expect(await git('ls-remote', 'origin', 'refs/heads/main')).toContain(await git('rev-parse', 'HEAD'));
  });

  test('a second apply has nothing to do and sends no write', async () => {
    await sandbox.control('DELETE', 'requests');
    const again = await sandbox.run(['apply', '--yes'], project, 'you');
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toContain('Nothing to do: everything is as mlops.yaml says.');
    const requests = await sandbox.requests();
    expect(requests.length).toBeGreaterThan(10);
    expect(requests.filter(({ method }) => !['GET', 'OPTIONS', 'HEAD'].includes(method))).toEqual([]);
  });

  test('a colleague with a fresh clone gets an empty plan', async () => {
    const folder = join(work, 'of-colleague');
    await sandbox.git(work, ['clone', cloneUrl(), folder], 'colleague');
    const planned = await sandbox.run(['plan', '--check', '--json'], folder, 'colleague');
    expect(planned.exitCode).toBe(0);
    const document = JSON.parse(planned.stdout);
    expect(document).toMatchObject({ schema: 1, kind: 'plan', edited: {} });
    expect(document.counts).toEqual({ create: 0, change: 0, unchanged: document.steps.length, blocked: 0 });
    expect(await sandbox.run(['apply'], folder, 'colleague')).toMatchObject({ exitCode: 0 });
    expect((await sandbox.requests()).some(({ who }) => who === 'colleague')).toBe(true);
    // From somewhere inside the clone, too.
    expect(await sandbox.run(['plan', '--check'], join(folder, 'api'), 'colleague')).toMatchObject({ exitCode: 0 });
  });

  test('two applies at once, from two clones of a project that is not provisioned', { timeout: 90_000 }, async () => {
    const first = join(work, 'first');
    const second = join(work, 'second');
    const args = ['create', 'first', '--name', TWIN, '--files-only', '--yes', '--answers', EXAMPLE];
    expect(await sandbox.run(args, work, 'you')).toMatchObject({ exitCode: 0 });
    expect(await listObjects(sandbox, TWIN)).toEqual([]);
    await sandbox.git(work, ['clone', first, second]);
    // As far away as a cloud: both runs see the same empty project.
    await sandbox.control('PUT', 'settings', { latency: 40 });
    const runs = await Promise.all([
      sandbox.run(['apply', '--yes'], first, 'you'),
      sandbox.run(['apply', '--yes'], second, 'administrator'),
    ]);
    await sandbox.control('PUT', 'settings', { latency: 0 });
    expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
      { exitCode: 0, stderr: '' },
      { exitCode: 0, stderr: '' },
    ]);
    expect(await listObjects(sandbox, TWIN)).toEqual(everyObject(TWIN));
    for (const folder of [first, second]) {
      expect(await sandbox.run(['plan', '--check'], folder, 'you')).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await sandbox.git(folder, ['status', '--porcelain'])).stdout).toBe('');
    }
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'after %s to the sandbox and a new start, nothing differs',
    async (signal) => {
      await sandbox.restart(signal);
      expect(await sandbox.run(['plan', '--check'], project, 'you')).toMatchObject({ exitCode: 0 });
      expect(await listObjects(sandbox, MODEL)).toEqual(everyObject(MODEL));
    },
  );

  test('destroy removes what is ours, and nothing else', async () => {
    await sandbox.devOps('POST', 'mlops/_apis/git/repositories', { name: `${MODEL}-notes` });
    const notes = `repository ${MODEL}-notes`;
    expect(await sandbox.run(['destroy', '--yes', '--name', TWIN], project, 'you')).toMatchObject({ exitCode: 2 });
    expect(await listObjects(sandbox, MODEL)).toEqual([...everyObject(MODEL), notes].sort());

    const destroyed = await sandbox.run(['destroy', '--yes', '--name', MODEL, '--json'], project, 'you');
    expect(destroyed.exitCode).toBe(0);
    const document = JSON.parse(destroyed.stdout);
    expect(document.removals).toContainEqual({ action: 'remove', address: `repository:${MODEL}` });
    expect(document.removals).toContainEqual({
      action: 'leave',
      address: 'agent-queue:Azure Pipelines',
      reason: 'lasting',
    });
    expect(document.results.every(({ status }: { status: string }) => status === 'removed')).toBe(true);
    expect(await listObjects(sandbox, MODEL)).toEqual([notes]);
    expect(await listObjects(sandbox, TWIN)).toEqual(everyObject(TWIN));
    expect(existsSync(join(project, 'mlops.yaml'))).toBe(true);

    const again = await sandbox.run(['destroy', '--yes', '--name', MODEL], project, 'you');
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toContain('There is nothing of ours to remove.');
    expect(await sandbox.run(['plan', '--check'], project, 'you')).toMatchObject({ exitCode: 5 });
  });
});
