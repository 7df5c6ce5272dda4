import { describe, expect, it } from 'vitest';
import type { Files } from './files.ts';
import { parseLock, printLock, readLock, toFileStates, toLock, withLock } from './lock.ts';

const files: Files = new Map([
  ['a/b.yml', { contents: 'x: 1\n', ownership: 'managed' }],
  ['notebooks/model_train.py', { contents: 'print(1)\n', ownership: 'seed' }],
]);

describe('lock', () => {
  it('prints and parses to the same lock', async () => {
    const lock = await toLock(files, '1.2.3');
    expect(parseLock(printLock(lock))).toEqual(lock);
    expect(Object.entries(lock.files).map(([path, { ownership }]) => [path, ownership])).toEqual([
      ['a/b.yml', 'managed'],
      ['notebooks/model_train.py', 'seed'],
    ]);
  });

  it('takes CRLF for LF, sees edits and deletions', async () => {
    const lock = await toLock(files, '1.2.3');
    const states = (text: string | undefined) => toFileStates(lock, () => text);
    expect((await states('x: 1\r\n')).get('a/b.yml')).toBe('pristine');
    expect((await states('x: 2\n')).get('a/b.yml')).toBe('edited');
    expect((await states(undefined)).get('a/b.yml')).toBe('deleted');
    expect((await states(undefined)).has('notebooks/model_train.py')).toBe(false);
  });

  it('looks for a file where the team moved it', async () => {
    const lock = await toLock(files, '1.2.3');
    const entry = { ...lock.files['a/b.yml']!, at: 'c/d.yml' };
    const moved = parseLock(printLock({ ...lock, files: { 'a/b.yml': entry } }));
    const states = await toFileStates(moved, (path) => (path === 'c/d.yml' ? 'x: 1\n' : undefined));
    expect(states.get('a/b.yml')).toBe('pristine');
  });

  it.each(['../a', '.git/config', '/etc/passwd', 'a/../../b', 'a\\b', ''])(
    'refuses a path that leads out of the project: %j',
    async (path) => {
      const entry = (await toLock(files, '1.0.0')).files['a/b.yml']!;
      expect(() => parseLock(printLock({ schema: 1, generator: '1.0.0', files: { [path]: entry } }))).toThrow(
        /mlops\.lock/,
      );
      const moved = { 'a/b.yml': { ...entry, at: path } };
      expect(() => parseLock(printLock({ schema: 1, generator: '1.0.0', files: moved }))).toThrow(/mlops\.lock/);
    },
  );

  it.each(['', '{}', '{"schema":2,"generator":"9","files":{}}', 'null'])('refuses %j with the way out', (text) => {
    expect(() => parseLock(text)).toThrow(/mlops\.lock/);
  });

  it.each([
    ['1.10.0', '1.9.2', true],
    ['1.9.2', '1.10.0', false],
    ['1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.0-beta.1', true],
    ['1.0.0-beta.1', '1.0.0', false],
    ['2', '1.9.9', true],
  ])(
    'of version %s, read by %s, is refused with the command that fetches it: %s',
    async (generator, version, refused) => {
      const text = printLock(await toLock(files, generator));
      if (!refused) expect(readLock(text, version).generator).toBe(generator);
      else {
        const hint = { en: expect.stringContaining(`npx create-mlops-model@${generator} `) };
        expect(() => readLock(text, version)).toThrow(
          expect.objectContaining({ code: 'usage', hint: expect.objectContaining(hint) }),
        );
      }
    },
  );

  it('of a form that is not known yet is refused as a newer one', () => {
    expect(() => readLock('{"schema":2,"generator":"9.0.0"}', '1.0.0')).toThrow(/version 9\.0\.0/);
  });

  it('adds lock and base, both ours', async () => {
    const all = await withLock(files, '1.2.3');
    expect([...all.keys()]).toEqual(['.mlops/base.jsonl', 'a/b.yml', 'mlops.lock', 'notebooks/model_train.py']);
    expect(all.get('.mlops/base.jsonl')?.contents).toBe('{"path":"a/b.yml","contents":"x: 1\\n"}\n');
  });
});
