import { expect, it } from 'vitest';
import { makeGitMerge } from './git-merge.ts';

const merge = makeGitMerge({ PATH: process.env.PATH ?? '', HOME: '/nonexistent' });

it('merges all texts at once, and marks what it cannot', async () => {
  const lines = (...words: string[]) => `${words.join('\n')}\n`;
  const merged = await merge([
    {
      path: 'a',
      base: lines('1', '2', '3', '4', '5'),
      mine: lines('x', '2', '3', '4', '5'),
      theirs: lines('1', '2', '3', '4', 'y'),
    },
    { path: 'b', base: lines('1'), mine: lines('2'), theirs: lines('3') },
    { path: 'c', mine: lines('same', 'mine'), theirs: lines('same', 'theirs') },
    { path: 'd', base: 'é\n\n\n\nz', mine: 'é\n\n\n\nü', theirs: 'à\n\n\n\nz' },
  ]);
  expect(merged).toEqual([
    { contents: lines('x', '2', '3', '4', 'y'), isClean: true },
    { contents: lines('<<<<<<< yours', '2', '=======', '3', '>>>>>>> template'), isClean: false },
    { contents: lines('same', '<<<<<<< yours', 'mine', '=======', 'theirs', '>>>>>>> template'), isClean: false },
    { contents: 'à\n\n\n\nü', isClean: true },
  ]);
});

it('needs no time for long texts that repeat themselves', async () => {
  const base = 'a\n'.repeat(20_000);
  const [merged] = await merge([{ path: 'a', base, mine: `x\n${base}`, theirs: `${base}y\n` }]);
  expect(merged).toEqual({ contents: `x\n${base}y\n`, isClean: true });
});
