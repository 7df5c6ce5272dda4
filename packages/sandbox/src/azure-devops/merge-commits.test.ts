import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initRepository, runGit } from './git.ts';
import { type MergeStrategy, mergeCommits } from './merge-commits.ts';

const author = { name: 'Merger', email: 'merger@sandbox.test' };

describe('merging', () => {
  let root: string;
  let folder: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'merge-'));
    folder = join(root, 'bare.git');
    await initRepository(folder);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** A commit with these files, each a text. */
  async function commit(message: string, files: Record<string, string>, ...parents: string[]): Promise<string> {
    const lines: string[] = [];
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(root, 'text'), text);
      const blob = await runGit(folder, ['hash-object', '-w', join(root, 'text')]);
      lines.push(`100644 blob ${blob}\t${name}\n`);
    }
    const tree = await runGit(folder, ['mktree'], lines.join(''));
    const writer = {
      GIT_AUTHOR_NAME: 'Author',
      GIT_AUTHOR_EMAIL: 'author@sandbox.test',
      GIT_AUTHOR_DATE: '@1700000000 +0200',
      GIT_COMMITTER_NAME: 'Author',
      GIT_COMMITTER_EMAIL: 'author@sandbox.test',
    };
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
    return runGit(folder, args, message, writer);
  }

  const merge = (target: string, source: string, strategy: MergeStrategy) =>
    mergeCommits(folder, { target, source, strategy, message: 'merged', author });

  const show = (id: string | undefined, format: string) =>
    runGit(folder, ['log', '-1', `--format=${format}`, id ?? '']);

  test('a rebase keeps who wrote what when, and names who merged', async () => {
    const base = await commit('base', { a: '1' });
    const target = await commit('target', { a: '1', b: '1' }, base);
    const source = await commit('source', { a: '2' }, base);
    const tip = await merge(target, source, 'rebase');
    expect(await show(tip, '%an %aI %cn %s %P')).toBe(`Author 2023-11-15T00:13:20+02:00 Merger source ${target}`);
    expect(await runGit(folder, ['ls-tree', '--name-only', tip ?? ''])).toBe('a\nb');
  });

  test('a rebase leaves alone what lies on the target already', async () => {
    const base = await commit('base', { a: '1' });
    const source = await commit('source', { a: '2' }, base);
    expect(await merge(base, source, 'rebase')).toBe(source);
    expect(await show(await merge(base, source, 'rebaseMerge'), '%s %P')).toBe(`merged ${base} ${source}`);
  });

  test('a rebase drops merges, and commits that bring nothing any more', async () => {
    const base = await commit('base', { a: '1' });
    const target = await commit('target', { a: '2' }, base);
    const same = await commit('same as the target', { a: '2' }, base);
    const merged = await commit('merge', { a: '2' }, same, target);
    const source = await commit('more', { a: '2', c: '3' }, merged);
    const tip = await merge(target, source, 'rebase');
    expect(await runGit(folder, ['log', '--format=%s', `${target}..${tip}`])).toBe('more');
  });

  test.each<MergeStrategy>(['noFastForward', 'squash', 'rebase', 'rebaseMerge'])(
    '%s stops at conflicts',
    async (how) => {
      const base = await commit('base', { a: '1' });
      const target = await commit('target', { a: '2' }, base);
      const source = await commit('source', { a: '3' }, base);
      expect(await merge(target, source, how)).toBeUndefined();
    },
  );

  test('what merges as a whole may still conflict one by one', async () => {
    const base = await commit('base', { a: '1' });
    const target = await commit('target', { a: '2' }, base);
    const away = await commit('away', { a: '3' }, base);
    const back = await commit('and back', { a: '1' }, away);
    expect(await merge(target, back, 'squash')).toMatch(/^[0-9a-f]{40}$/);
    expect(await merge(target, back, 'rebase')).toBeUndefined();
  });

  test('histories without a common commit are an error, not a conflict', async () => {
    const [one, other] = [await commit('one', { a: '1' }), await commit('other', { b: '1' })];
    await expect(merge(one, other, 'noFastForward')).rejects.toThrow(/unrelated histories/);
  });
});
