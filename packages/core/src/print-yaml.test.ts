import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printYaml, type YamlStyle, type YamlValue } from './print-yaml.ts';

const TRICKY = [
  ...['', ' ', 'a ', ' a', 'a: b', 'a:', 'a #b', '#a', '- a', '-', '-a', '--- a', '...', '? a', ': a', 'a\nb', 'a\tb'],
  ...[
    '.',
    '._',
    '..',
    './a',
    '../a',
    'null',
    'Null',
    '~',
    'true',
    'no',
    'ON',
    'y',
    '1',
    '1.5',
    '.5',
    '-1',
    '+1',
    '1e3',
    '.inf',
    '-.INF',
    '.nan',
    '0o7',
  ],
  ...['0x1F', '12:30', '1_000', '2026-01-01', '=', '<<', '*a', '&a', '!a', '|', '>', '%', '@', '`', "'", '"', "l'été"],
  ...[
    'a, b',
    '[a]',
    '{a}',
    'a:b',
    'http://a/b',
    '${{ x }}',
    '$(x)',
    '../a.yml',
    '\u0085',
    '\u2028',
    '\ufeff',
    '😀',
    '\\n',
  ],
];
const text = fc.oneof(fc.constantFrom(...TRICKY), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
const { value } = fc.letrec<{ value: YamlValue; map: { [key: string]: YamlValue } }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const map = fc.dictionary(text, value, { maxKeys: 4, noNullPrototype: true });
const styles: readonly YamlStyle[] = [
  {},
  { isOneLine: () => true },
  { isOneLine: (_, path) => path.includes('*') },
  { isQuoted: () => true, comment: (path) => `at ${path.length}`, isApart: (path) => path.length === 1 },
];

describe('printYaml', () => {
  it.each(['1.2', '1.1'] as const)('is read back as the same value by YAML %s', (version) => {
    fc.assert(
      fc.property(map, fc.constantFrom(...styles), (given, style) => {
        expect(parse(printYaml(given, style), { version, merge: false })).toEqual(given);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves out what is undefined, and keeps empty lists and sections', () => {
    expect(printYaml({ a: undefined, b: [], c: {} })).toBe('b: []\nc: {}\n');
  });

  it('lays a document out', () => {
    const document = { version: '1.0', list: [{ name: 'x', tags: ['a', 'b'] }, 'z'] };
    const style: YamlStyle = {
      comment: (path) => (path.length === 1 ? `The ${path[0]}.` : undefined),
      isApart: (path) => path[0] === 'list' && path.length === 1,
      isOneLine: (_, path) => path.at(-1) === 'tags',
    };
    expect(printYaml(document, style)).toBe(
      "# The version.\nversion: '1.0'\n\n# The list.\nlist:\n  - name: x\n    tags: [ a, b ]\n  - z\n",
    );
  });
});
