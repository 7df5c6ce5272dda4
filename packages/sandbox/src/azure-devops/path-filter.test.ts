import { expect, test } from 'vitest';
import { fitsPaths } from './path-filter.ts';

test.each([
  [[], ['README.md'], true],
  [['/notebooks/*'], ['notebooks/a/b.py'], true],
  [['/notebooks/*'], ['README.md'], false],
  [['/notebooks/*'], ['src/notebooks/a.py'], false],
  [['*.py'], ['deep/in/a.py'], true],
  [['*.py'], ['a.pyc'], false],
  [['/web/*', '!/web/tests/*'], ['web/tests/a.ts'], false],
  [['/web/*', '!/web/tests/*'], ['web/tests/a.ts', 'web/b.ts'], true],
  [['!/web/tests/*', '/web/*'], ['web/tests/a.ts'], true],
  [['!/docs/*'], ['src/a.ts'], false],
  [['/a.b'], ['axb'], false],
])('the filters %j of the files %j: %s', (filters, files, fits) => {
  expect(fitsPaths(filters, files)).toBe(fits);
});
