import { expect, test } from 'vitest';
import { carriesMark, findDifferences, withMark } from './compare.ts';
import { isSameRemote } from './local-repository.ts';

test('what only the service filled in is no difference', () => {
  const spec = { name: 'a', tasks: [{ key: 't', retries: 0 }], tags: { x: '1' } };
  const live = {
    name: 'a',
    format: 'MULTI_TASK',
    tasks: [{ key: 't', retries: 0, run_if: 'ALL_SUCCESS' }],
    tags: { x: '1', y: '2' },
  };
  expect(findDifferences(spec, live)).toEqual([]);
});

test.each([
  [{ a: 1 }, { a: 2 }, [{ field: 'a', from: 2, to: 1 }]],
  [{ a: { b: [1, 2] } }, { a: { b: [1] } }, [{ field: 'a.b', from: [1], to: [1, 2] }]],
  [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, [{ field: 'a[0].b', from: 2, to: 1 }]],
  [{ a: { b: 1 } }, {}, [{ field: 'a', from: undefined, to: { b: 1 } }]],
])('%j against %j', (spec, live, changes) => {
  expect(findDifferences(spec, live)).toEqual(changes);
});

test('a mark is a word of its own, and people may write around it', () => {
  const mark = 'create-mlops-model:o/p/model';
  expect(carriesMark(`${mark}-two`, mark)).toBe(false);
  expect(carriesMark(`Ours, do not touch. ${mark}`, mark)).toBe(true);
  expect(withMark('Ours.', mark)).toBe(`Ours. ${mark}`);
  expect(withMark(`Ours. ${mark}`, mark)).toBe(`Ours. ${mark}`);
});

test.each([
  ['https://contoso@dev.azure.com/contoso/My%20Project/_git/model', true],
  ['https://DEV.azure.com/Contoso/my%20project/_git/model/', true],
  ['git@ssh.dev.azure.com:v3/contoso/My%20Project/model', true],
  ['https://dev.azure.com/contoso/My%20Project/_git/model2', false],
  ['/srv/git/model', false],
])('the remote %s', (remote, same) => {
  expect(isSameRemote(remote, 'https://dev.azure.com/contoso/My%20Project/_git/model')).toBe(same);
});
