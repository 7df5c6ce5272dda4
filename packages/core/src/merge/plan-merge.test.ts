import { describe, expect, it } from 'vitest';
import type { Files } from '../files.ts';
import { parseLock, printBase, printLock, toLock, toSha256 } from '../lock.ts';
import type { ProjectFile } from './file-version.ts';
import { type MergeTools, planMerge, type TextMerge } from './plan-merge.ts';
import { readBase } from './read-base.ts';

const options = { generator: '2.0.0', style: 'marks' } as const;

/** The engine's answers, given. */
function answering(contents: string, isClean = true): MergeTools {
  const marks = ({ mine, theirs }: TextMerge) => `<<<<<<< yours\n${mine}=======\n${theirs}>>>>>>> template\n`;
  return {
    hash: toSha256,
    mergeTexts: async (merges) =>
      merges.map((each) =>
        each.base === undefined ? { contents: marks(each), isClean: false } : { contents, isClean },
      ),
  };
}

const files = (texts: Readonly<Record<string, string>>): Files =>
  new Map(Object.entries(texts).map(([path, contents]) => [path, { contents, ownership: 'managed' }]));

const tree = (texts: Readonly<Record<string, string>>): ReadonlyMap<string, ProjectFile> =>
  new Map(Object.entries(texts).map(([path, contents]) => [path, { kind: 'text', contents, executable: false }]));

async function plan(before: Files, mine: ReadonlyMap<string, ProjectFile>, theirs: Files, tools = answering('')) {
  const lock = parseLock(printLock(await toLock(before, '1.0.0')));
  return planMerge({ lock, base: await readBase(printBase(before), lock, toSha256), mine, theirs }, tools, options);
}

describe('the plan of an update', () => {
  it('makes a conflict of a clean merge that gives a map a key twice', async () => {
    const [base, mine, theirs] = ['a:\n  x: 1\n', 'a:\n  timeout: 5\n  x: 1\n', 'a:\n  x: 1\n  timeout: 9\n'];
    const tools = answering('a:\n  timeout: 5\n  x: 1\n  timeout: 9\n');
    const made = await plan(files({ 'p.yml': base }), tree({ 'p.yml': mine }), files({ 'p.yml': theirs }), tools);
    expect(made.results).toMatchObject([
      { action: 'conflict', reason: 'invalid', problem: expect.stringMatching(/unique/) },
    ]);
    expect(made.writes.get('p.yml')?.contents).toContain('<<<<<<< yours');
    expect(made.base.get('p.yml')?.contents).toBe(theirs);
  });

  it('does not blame a merge for what was wrong before', async () => {
    const [base, mine, theirs] = ['a: 1\nb: 2\n', 'a: 1\na: 1\nb: 2\n', 'a: 1\nb: 3\n'];
    const tools = answering('a: 1\na: 1\nb: 3\n');
    const made = await plan(files({ 'p.yml': base }), tree({ 'p.yml': mine }), files({ 'p.yml': theirs }), tools);
    expect(made.results).toMatchObject([{ action: 'merge' }]);
  });

  it('sees that an edited pipeline names a template that goes', async () => {
    const entry = 'extends:\n  template: t.yml\n';
    const before = files({ 'pipelines/e.yml': 'extends:\n  template: t.yml\n', 'pipelines/t.yml': 'steps: []\n' });
    const mine = tree({ 'pipelines/e.yml': `# ours\n${entry}`, 'pipelines/t.yml': 'steps: []\n' });
    const made = await plan(before, mine, files({ 'pipelines/e.yml': entry }));
    expect(made.results).toMatchObject([
      { path: 'pipelines/e.yml', action: 'conflict', reason: 'invalid', problem: 'template t.yml does not exist' },
      { path: 'pipelines/t.yml', action: 'delete' },
    ]);
  });

  it('follows a file that the team moved, now and by the lock afterwards', async () => {
    const text = (last: string) => `one\ntwo\nthree\n${last}\n`;
    const made = await plan(
      files({ 'a.txt': text('4') }),
      tree({ 'x/b.txt': text('4') }),
      files({ 'a.txt': text('5') }),
    );
    expect(made.results).toMatchObject([{ path: 'x/b.txt', action: 'take' }]);
    expect(made.writes).toEqual(new Map([['x/b.txt', { contents: text('5'), executable: false }]]));
    expect(made.lock.files['a.txt']?.at).toBe('x/b.txt');
    const after = {
      lock: made.lock,
      base: made.base,
      mine: tree({ 'x/b.txt': 'all other' }),
      theirs: files({ 'a.txt': text('6') }),
    };
    expect((await planMerge(after, answering('merged'), options)).writes.get('x/b.txt')?.contents).toBe('merged');
  });

  it('moves what the templates moved, edits and all', async () => {
    const text = (first: string) => `${first}\ntwo\nthree\nfour\n`;
    const before = files({ 'a.txt': text('one'), 'b.txt': 'b\n' });
    const mine = tree({ 'a.txt': text('mine'), 'b.txt': 'b\n' });
    const made = await plan(before, mine, files({ 'n/a.txt': text('one'), 'b.txt': 'b\n' }));
    expect(made.results[1]).toEqual({ path: 'n/a.txt', from: 'a.txt', action: 'keep' });
    expect([...made.writes]).toEqual([
      ['a.txt', undefined],
      ['n/a.txt', { kind: 'text', contents: text('mine'), executable: false }],
    ]);
    expect([...made.base.keys()]).toEqual(['b.txt', 'n/a.txt']);
  });

  it('keeps the old base of what it could not settle', async () => {
    const before = files({ 'a.txt': 'old\n' });
    const mine: ReadonlyMap<string, ProjectFile> = new Map([['a.txt', { kind: 'link' }]]);
    const made = await plan(before, mine, files({ 'a.txt': 'new\n' }));
    expect(made.results).toMatchObject([{ action: 'conflict', reason: 'not-text' }]);
    expect(made).toMatchObject({ isChanged: false, base: before });
  });

  it('writes nothing below what is no folder here', async () => {
    const mine: ReadonlyMap<string, ProjectFile> = new Map([
      ...tree({ a: 'a file of ours\n' }),
      ['b', { kind: 'submodule' }],
      ['c', { kind: 'folder' }],
    ]);
    const made = await plan(files({}), mine, files({ 'a/x.txt': 'new\n', 'b/x.txt': 'new\n', 'c/x.txt': 'new\n' }));
    expect(made.results.map(({ action }) => action)).toEqual(['conflict', 'conflict', 'add']);
    expect([...made.writes.keys()]).toEqual(['c/x.txt']);
  });

  it('takes a name for itself however its accents are spelt', async () => {
    const [nfc, nfd] = ['été.txt'.normalize('NFC'), 'été.txt'.normalize('NFD')];
    const made = await plan(files({ [nfc]: 'old\n' }), tree({ [nfd]: 'old\n' }), files({ [nfc]: 'new\n' }));
    expect([...made.writes.keys()]).toEqual([nfd]);
  });
});

describe('the base', () => {
  it.each([
    ['an edited line', (text: string) => text.replace('one', 'two')],
    ['a missing line', () => ''],
    ['a line too many', (text: string) => `${text}{"path":"b","contents":""}\n`],
    ['marks of a merge', (text: string) => `<<<<<<< HEAD\n${text}=======\n>>>>>>> x\n`],
  ])('is refused with %s', async (_, spoil) => {
    const before = files({ a: 'one' });
    const lock = await toLock(before, '1.0.0');
    await expect(readBase(spoil(printBase(before)), lock, toSha256)).rejects.toMatchObject({ code: 'conflict' });
  });
});
