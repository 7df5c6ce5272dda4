import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../require-tool.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { collect, PRODUCT, PRODUCT_NODE, type Ran, toEnvironment } from './product.ts';
import { ensureProjectEnvironment } from './project-environment.ts';

interface Result {
  readonly what: string;
  readonly value: string;
}

requireTool('python3')('rehearse', () => {
  let sandbox: OwnSandbox;
  let clone: string;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    clone = join(sandbox.home, 'rehearsal/clone');
  });
  afterAll(() => sandbox?.stop());

  /** Starts it, and kills it with all it started once it has printed the text. */
  async function rehearseUntil(text: string): Promise<Ran> {
    const { cwd, home, env } = sandbox.options(join(sandbox.root, 'work'));
    for (const folder of [cwd, home]) mkdirSync(folder, { recursive: true });
    const child = spawn(PRODUCT_NODE, [PRODUCT, 'rehearse'], {
      cwd,
      env: toEnvironment(home, env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let seen = '';
    child.stdout?.on('data', (piece) => {
      seen += piece;
      if (seen.includes(text) && child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
    });
    return collect(child);
  }

  const rehearse = (...args: string[]) => sandbox.run(['rehearse', ...args], join(sandbox.root, 'work'));

  test('killed twice, it goes on where it was; every result is what the services return', {
    timeout: 600_000,
  }, async () => {
    const first = await rehearseUntil('Chapter 2:');
    expect(first.exitCode).toBe(137);
    expect(first.stdout).toContain('Chapter 1: a new model');
    const second = await rehearseUntil('Chapter 4:');
    expect(second.exitCode).toBe(137);
    expect(second.stdout).toContain('Going on with chapter 2.');
    expect(second.stdout).not.toContain('Chapter 1:');
    expect(second.stdout).toMatch(/The server says: .*TF402455/);
    // What `scripts/setup.py` would install, from a cache that other tests share: it finds nothing left to download.
    const { folder } = await ensureProjectEnvironment(clone);
    symlinkSync(folder, join(clone, '.venv'));

    const last = await rehearse('--json');
    expect(last.stderr).toContain('Going on with chapter 4.');
    expect(last.exitCode).toBe(0);
    expect(JSON.parse(last.stdout)).toMatchObject({ schema: 1, kind: 'rehearsal' });
    await expectTrue(JSON.parse(last.stdout).results);
  });

  test('the next one makes a model of its own; in French', { timeout: 120_000 }, async () => {
    const french = await sandbox.run(['rehearse', '--lang', 'fr', '--step'], join(sandbox.root, 'work'));
    // Nobody can press Enter between two chapters here.
    expect(french.exitCode).toBe(2);
    expect(french.stdout).toContain('Chapitre 1\u00a0:');
    expect(french.stdout).toContain('repository:rehearsal-2');
    const { value } = await sandbox.devOps('GET', 'mlops/_apis/git/repositories');
    const names = value.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['rehearsal-1', 'rehearsal-2']));
  });

  /** Reads each line of the summary back from the service that it is about. */
  async function expectTrue(results: readonly Result[]): Promise<void> {
    const get = (what: RegExp) => results.filter((result) => what.test(result.what)).map(({ value }) => value);
    const path = 'mlops/_apis/git/repositories/rehearsal-1';
    const { webUrl } = await sandbox.devOps('GET', path);
    expect(get(/^Repository$/)).toEqual([webUrl]);
    const { value: refs } = await sandbox.devOps('GET', `${path}/refs?filter=heads/main`);
    expect(get(/^First commit on main$/)).toEqual([refs[0].objectId]);

    const { value: definitions } = await sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const ids = definitions.map(({ id, name }: { id: number; name: string }) => `${name} ${id}`).sort();
    const told = results.filter(({ what }) => what.startsWith('Pipeline '));
    expect(told.map(({ what, value }) => `${what.slice('Pipeline '.length)} ${value}`).sort()).toEqual(ids);

    // The refused commit lies in the clone and not on the server's main.
    const [refused = ''] = get(/^Commit refused on main$/);
    expect((await sandbox.git(clone, ['rev-parse', 'HEAD'])).stdout.trim()).toBe(refused);
    const { value: commits } = await sandbox.devOps('GET', `${path}/commits?searchCriteria.itemVersion.version=main`);
    expect(commits.map(({ commitId }: { commitId: string }) => commitId)).toEqual([refs[0].objectId]);
    expect(refused).toMatch(/^[0-9a-f]{40}$/);

    const card = JSON.parse(readFileSync(join(clone, '.model/model.json'), 'utf8'));
    expect(results.map(({ value }) => value)).toEqual(expect.arrayContaining([card.run_id]));
    expect(results.every(({ value }) => value !== '')).toBe(true);
    expect(readdirSync(join(sandbox.home, 'rehearsal')).sort()).toEqual(['clone', 'model', 'progress.json']);
  }
});
