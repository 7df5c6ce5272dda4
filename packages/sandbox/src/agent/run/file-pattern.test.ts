import { expect, it } from 'vitest';
import { toListMatcher, toMatcher } from './file-pattern.ts';

it.each([
  ['**', ['a', 'a/b.c', '.hidden'], []],
  ['*.xml', ['a.xml'], ['b/a.xml', 'axml']],
  ['**/*.xml', ['a.xml', 'b/c/a.xml'], ['a.xmlx']],
  ['a/**', ['a/b', 'a/b/c'], ['ab/c', 'b/a/c']],
  ['a/**/b', ['a/b', 'a/x/y/b'], ['a/xb']],
  ['a?c', ['abc'], ['a/c', 'ac']],
  ['[ab].[!c]', ['a.d', 'b.x'], ['c.d', 'a.c']],
  ['*.{xml,j*n}', ['a.xml', 'a.json'], ['a.txt']],
  ['a+(b).c', ['a+(b).c'], ['abb.c', 'a+(b)xc']],
])('%s', (pattern, inside, outside) => {
  const matches = toMatcher(pattern);
  expect([inside.filter(matches), outside.filter(matches)]).toEqual([inside, []]);
});

it('a later pattern takes out what an earlier one took in, and another one takes it in again', () => {
  const matches = toListMatcher(['**', '!**/*.bin', 'keep.bin']);
  expect(['a', 'b.bin', 'keep.bin'].filter(matches)).toEqual(['a', 'keep.bin']);
});
