import { describe, expect, it } from 'vitest';
import { toTree } from '../expression/convert.ts';
import { isComplex } from '../expression/value.ts';
import { PipelineProblem } from '../problem.ts';
import { type Mapping, type Tree, toData, toMapping } from '../tree.ts';
import { parseTree } from './parse-tree.ts';
import { compute, type Scope } from './scope.ts';

/** Pages of MicrosoftDocs/azure-devops-docs, docs/pipelines/. */
const EXPRESSIONS = 'process/expressions.md';
const TEMPLATES = 'process/template-expressions.md';

const AT = { path: '/entry.yml', line: 3, column: 7 };
const PARAMETERS = parseTree(
  '/entry.yml',
  `list: [a, b, c]
steps: [{ id: 1, a: one }, { id: 2, a: two }, { id: 3, a: three }]
nested: { x: { id: 7 }, y: { id: 8 }, z: { other: 9 } }
groups: { first: [{ id: p }], second: [{ id: q }, { id: r }] }
empty: ''
Name: value
`,
);

const SCOPE: Scope = new Map([
  ['parameters', withFlag(PARAMETERS)],
  ['variables', PARAMETERS],
]);

/** A boolean parameter is no text. */
function withFlag({ entries }: Mapping): Mapping {
  const all: (readonly [string, Tree])[] = entries.map(({ key, value }) => [String(key.value), value]);
  return toMapping([...all, ['flag', toTree(true)]], AT);
}

function run(expression: string): unknown {
  const value = compute(expression, SCOPE, AT);
  if (isComplex(value)) return toData(value);
  return typeof value === 'object' && value !== null ? value.parts : value;
}

describe('a template expression comes to what its page says', () => {
  it.each([
    // Literals.
    [EXPRESSIONS, 'true', true],
    [EXPRESSIONS, 'TRUE', true],
    [EXPRESSIONS, 'False', false],
    [EXPRESSIONS, '-1.2', -1.2],
    [EXPRESSIONS, '.5', 0.5],
    [EXPRESSIONS, "'a b c'", 'a b c'],
    [EXPRESSIONS, "'It''s OK'", "It's OK"],
    [EXPRESSIONS, '1.2.3', [1, 2, 3]],
    [EXPRESSIONS, '1.2.3.4', [1, 2, 3, 4]],
    // References.
    [EXPRESSIONS, "variables['noSuch']", null],
    [EXPRESSIONS, "variables['Name']", 'value'],
    [EXPRESSIONS, 'variables.name', 'value'],
    [EXPRESSIONS, 'parameters.list[0]', 'a'],
    [EXPRESSIONS, 'parameters.list[7]', null],
    [EXPRESSIONS, 'parameters.nested.x.id', '7'],
    [EXPRESSIONS, 'parameters.noSuch.deeper', null],
    [EXPRESSIONS, 'parameters.steps.*.id', ['1', '2', '3']],
    [EXPRESSIONS, "parameters.steps[*]['a']", ['one', 'two', 'three']],
    [EXPRESSIONS, 'parameters.nested.*.id', ['7', '8']],
    [EXPRESSIONS, 'parameters.groups.*.*.id', ['p', 'q', 'r']],
    // Functions.
    [EXPRESSIONS, "and(eq(variables.Name, 'VALUE'), true)", true],
    [EXPRESSIONS, "and(false, gt('x', 1))", false],
    [EXPRESSIONS, "or(true, gt('x', 1))", true],
    [EXPRESSIONS, 'or(eq(1, 1), eq(2, 3))', true],
    [EXPRESSIONS, 'or(false, 0)', false],
    [EXPRESSIONS, 'xor(true, false)', true],
    [EXPRESSIONS, 'xor(true, true)', false],
    [EXPRESSIONS, 'not(eq(1, 2))', true],
    [EXPRESSIONS, "coalesce(variables.noSuch, variables.empty, 'literal')", 'literal'],
    [TEMPLATES, "coalesce(parameters.foo, parameters.bar, 'Nothing to see')", 'Nothing to see'],
    [EXPRESSIONS, 'coalesce(variables.noSuch, variables.empty)', null],
    [EXPRESSIONS, "contains('ABCDE', 'bcd')", true],
    [EXPRESSIONS, "contains('ABCDE', 'x')", false],
    [EXPRESSIONS, "containsValue(parameters.list, 'B')", true],
    [EXPRESSIONS, "containsValue(parameters.nested.x, '7')", true],
    [EXPRESSIONS, 'containsValue(parameters.nested.x, 7)', true],
    [EXPRESSIONS, "containsValue(parameters.list, 'z')", false],
    [EXPRESSIONS, 'convertToJson(parameters.nested.x)', '{\n  "id": "7"\n}'],
    [EXPRESSIONS, "endsWith('ABCDE', 'de')", true],
    [EXPRESSIONS, "startsWith('ABCDE', 'ab')", true],
    [EXPRESSIONS, "startsWith('ABCDE', 'bc')", false],
    [EXPRESSIONS, "eq('abc', 'ABC')", true],
    [EXPRESSIONS, "eq(5, '5')", true],
    [EXPRESSIONS, "eq(5, 'five')", false],
    [EXPRESSIONS, "ne(5, 'five')", true],
    [EXPRESSIONS, 'ne(1, 2)', true],
    [EXPRESSIONS, "format('Hello {0} {1}', 'John', 'Doe')", 'Hello John Doe'],
    [EXPRESSIONS, "format('left {{ and right }}')", 'left { and right }'],
    [TEMPLATES, "format('{0} Build', 'Windows')", 'Windows Build'],
    [EXPRESSIONS, 'ge(5, 5)', true],
    [EXPRESSIONS, 'gt(5, 2)', true],
    [EXPRESSIONS, 'le(2, 2)', true],
    [EXPRESSIONS, 'lt(2, 5)', true],
    [EXPRESSIONS, "lt('a', 'B')", true],
    [EXPRESSIONS, 'gt(1.2.4, 1.2.3)', true],
    [EXPRESSIONS, 'lt(1.2.3, 1.2.3.4)', true],
    [EXPRESSIONS, "ge(1.10.0, '1.9.0')", true],
    [EXPRESSIONS, "iif(eq(variables.Name, 'value'), 'yes', 'no')", 'yes'],
    [EXPRESSIONS, "iif(false, gt('x', 1), 'no')", 'no'],
    [EXPRESSIONS, "in('B', 'A', 'B', 'C')", true],
    [EXPRESSIONS, "in('D', 'A', 'B', 'C')", false],
    [EXPRESSIONS, "notIn('D', 'A', 'B', 'C')", true],
    [EXPRESSIONS, "join(';', parameters.list)", 'a;b;c'],
    [EXPRESSIONS, "join(';', parameters.steps)", ';;'],
    [EXPRESSIONS, "join(';', 'alone')", 'alone'],
    [EXPRESSIONS, "length('fabrikam')", 8],
    [EXPRESSIONS, 'length(parameters.list)', 3],
    [EXPRESSIONS, "lower('FOO')", 'foo'],
    [EXPRESSIONS, "upper('bah')", 'BAH'],
    [EXPRESSIONS, "replace('https://one/saml', 'https://one', 'http://two')", 'http://two/saml'],
    [EXPRESSIONS, "split('a,b;c', ',;')", ['a', 'b', 'c']],
    [EXPRESSIONS, "split('a,b', ',')[1]", 'b'],
    [EXPRESSIONS, "trim('  variable  ')", 'variable'],
    // Conversions.
    [EXPRESSIONS, "eq(false, '')", true],
    [EXPRESSIONS, "eq(true, 'anything')", true],
    [EXPRESSIONS, 'eq(true, 0)', false],
    [EXPRESSIONS, 'eq(1, true)', true],
    [EXPRESSIONS, "eq('True', true)", true],
    [EXPRESSIONS, "eq(variables.noSuch, '')", true],
    [EXPRESSIONS, "eq('', variables.noSuch)", true],
    [EXPRESSIONS, 'eq(0, variables.noSuch)', true],
    [EXPRESSIONS, "eq(1000, ' 1,000 ')", true],
    [EXPRESSIONS, "eq(1.2.3, '1.2.3')", true],
    [EXPRESSIONS, "eq(1.2.3, 'x')", false],
    [EXPRESSIONS, "format('{0}', 1.2.3)", '1.2.3'],
    [EXPRESSIONS, "format('{0}{1}', true, variables.noSuch)", 'True'],
    [EXPRESSIONS, 'and(1.2.3, parameters.list)', true],
    [EXPRESSIONS, "eq(parameters.flag, 'true')", true],
  ])('%s: %s', (_page, expression, expected) => {
    expect(run(expression)).toEqual(expected);
  });
});

describe('an expression that means nothing is refused with its place', () => {
  it.each([
    [EXPRESSIONS, "counter('a', 1)", /Unrecognized function: 'counter'. Located at position 1/],
    [EXPRESSIONS, 'succeeded()', /Unrecognized function: 'succeeded'/],
    [EXPRESSIONS, 'nonsense(1)', /Unrecognized function: 'nonsense'/],
    [EXPRESSIONS, 'and(true)', /Too few parameters supplied: 'and'/],
    [EXPRESSIONS, 'not(true, false)', /Too many parameters supplied: 'not'/],
    [EXPRESSIONS, "gt(1, 'x')", /gt: unable to compare '1' with 'x'/],
    [EXPRESSIONS, "format('{1}', 'a')", /format string is invalid/],
    [EXPRESSIONS, 'lower(parameters.list)', /from Array to String/],
    [EXPRESSIONS, 'eq(1, 2', /Unexpected end of the expression/],
    [EXPRESSIONS, "eq('open, 2)", /Unexpected symbol: ''open, 2\)'. Located at position 4/],
    [EXPRESSIONS, 'eq(1 2)', /Expected ',' or '\)' but found: '2'/],
    [EXPRESSIONS, 'dependencies.A.result', /Unrecognized value: 'dependencies'/],
    [EXPRESSIONS, 'stray', /Unrecognized value: 'stray'/],
    [EXPRESSIONS, '1.2.3.4.5', /Unrecognized value: '1\.2\.3\.4\.5'/],
    [EXPRESSIONS, 'variables.', /Unexpected end/],
    [EXPRESSIONS, `${'not('.repeat(60)}true${')'.repeat(60)}`, /Exceeded max expression depth/],
  ])('%s: %s', (_page, expression, message) => {
    expect(() => run(expression)).toThrow(PipelineProblem);
    expect(() => run(expression)).toThrow(/^\/entry\.yml \(Line: 3, Col: 7\): /);
    expect(() => run(expression)).toThrow(message);
  });
});
