import { expect, test } from 'vitest';
import { fitsPath, fitsRef, toNameFilter, toSignedFilter } from './name-filter.ts';

test.each([
  [['main'], 'refs/heads/main', true],
  [['main'], 'refs/heads/mainland', false],
  [['releases/*'], 'refs/heads/releases/1/hot', true],
  [['refs/tags/v?'], 'refs/tags/v1', true],
  [['v1'], 'refs/tags/v1', false],
  [{ include: ['releases/*'], exclude: ['releases/old*'] }, 'refs/heads/releases/old1', false],
  [{ exclude: ['main'] }, 'refs/heads/topic', true],
  [{ exclude: ['main'] }, 'refs/heads/main', false],
  [['a.b'], 'refs/heads/axb', false],
])('branches %j let %s in: %s', (written, ref, fits) => {
  expect(fitsRef(toNameFilter(written)!, ref)).toBe(fits);
});

test.each([
  [{ include: ['docs'] }, 'docs/a/b.md', true],
  [{ include: ['docs/*'] }, 'docs/a/b.md', true],
  [{ include: ['/docs'] }, 'docs2/a.md', false],
  [{ include: ['docs/*.md'] }, 'docs/a/b.md', false],
  [{ include: ['**/*.md'] }, 'docs/a/b.md', true],
  [{ include: ['docs'], exclude: ['docs/README.md'] }, 'docs/README.md', false],
  [{ exclude: ['docs'] }, 'api/a.py', true],
])('paths %j let %s in: %s', (written, file, fits) => {
  expect(fitsPath(toNameFilter(written)!, file)).toBe(fits);
});

test('a definition writes filters with signs', () => {
  const filter = toSignedFilter(['+refs/heads/*', '-refs/heads/wip/*']);
  expect(fitsRef(filter, 'refs/heads/topic')).toBe(true);
  expect(fitsRef(filter, 'refs/heads/wip/1')).toBe(false);
});
