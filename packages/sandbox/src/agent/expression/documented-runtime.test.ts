import { describe, expect, it } from 'vitest';
import { replaceMacros } from './replace-macros.ts';
import { type Dependency, type Moment, runCondition, runVariable } from './run-condition.ts';
import type { Place } from './runtime-vocabulary.ts';

/** Pages of MicrosoftDocs/azure-devops-docs, docs/pipelines/. */
const CONDITIONS = 'process/conditions.md';
const EXPRESSIONS = 'process/expressions.md';
const VARIABLES = 'process/variables.md';
const STAGES = 'process/stages.md';

const MAIN = "eq(variables['Build.SourceBranch'], 'refs/heads/main')";
const on = (branch: string, reason = 'Manual') => ({
  'Build.SourceBranch': `refs/heads/${branch}`,
  'Build.Reason': reason,
});

function after(results: Readonly<Record<string, Dependency['result']>>, more: Partial<Moment> = {}): Moment {
  const dependencies = Object.fromEntries(
    Object.entries(results).map(([name, result]) => [name, { result, outputs: {} }]),
  );
  return { variables: {}, dependencies, ...more };
}

function leaving(outputs: Readonly<Record<string, string>>): Dependency {
  return { result: 'Succeeded', outputs };
}

type Case = readonly [
  page: string,
  title: string,
  place: Place,
  condition: string | undefined,
  moment: Moment,
  expected: boolean,
];

const CASES: readonly Case[] = [
  [CONDITIONS, 'a job runs after success', 'job', undefined, after({ A: 'Succeeded', B: 'SucceededWithIssues' }), true],
  [CONDITIONS, 'a job that waits for nobody runs', 'job', undefined, after({}), true],
  [CONDITIONS, 'not after a failure', 'job', undefined, after({ A: 'Succeeded', B: 'Failed' }), false],
  [CONDITIONS, 'not after what was skipped', 'job', undefined, after({ A: 'Skipped' }), false],
  [
    CONDITIONS,
    'not after a failure further up',
    'stage',
    undefined,
    after({ A: 'Succeeded' }, { indirect: ['Failed'] }),
    false,
  ],
  [CONDITIONS, 'not once it was cancelled', 'job', undefined, after({ A: 'Succeeded' }, { canceled: true }), false],
  [CONDITIONS, 'a step runs while all went well', 'step', undefined, { variables: {}, jobStatus: 'Succeeded' }, true],
  [CONDITIONS, 'a step does not run after a failure', 'step', undefined, { variables: {}, jobStatus: 'Failed' }, false],
  [
    CONDITIONS,
    'always(), even when cancelled',
    'step',
    'always()',
    { variables: {}, jobStatus: 'Canceled', canceled: true },
    true,
  ],
  [CONDITIONS, 'failed() after a failure', 'job', 'failed()', after({ Foo: 'Failed' }), true],
  [CONDITIONS, 'failed() after success', 'job', 'failed()', after({ Foo: 'Succeeded' }), false],
  [
    CONDITIONS,
    'a branch alone, though it was cancelled',
    'stage',
    MAIN,
    after({ A: 'Canceled' }, { canceled: true, variables: on('main') }),
    true,
  ],
  [
    CONDITIONS,
    'success and a branch, cancelled',
    'job',
    `and(succeeded(), ${MAIN})`,
    after({ A: 'Canceled' }, { canceled: true, variables: on('main') }),
    false,
  ],
  [
    CONDITIONS,
    'success and a branch',
    'job',
    `and(succeeded(), ${MAIN})`,
    after({ A: 'Succeeded' }, { variables: on('main') }),
    true,
  ],
  [
    CONDITIONS,
    'another branch',
    'job',
    `and(succeeded(), ne(variables['Build.SourceBranch'], 'refs/heads/main'))`,
    after({}, { variables: on('users/me') }),
    true,
  ],
  [
    CONDITIONS,
    'user branches',
    'job',
    "and(succeeded(), startsWith(variables['Build.SourceBranch'], 'refs/heads/users/'))",
    after({}, { variables: on('users/me') }),
    true,
  ],
  [
    CONDITIONS,
    'continuous integration',
    'job',
    "and(succeeded(), in(variables['Build.Reason'], 'IndividualCI', 'BatchedCI'))",
    after({}, { variables: on('main', 'BatchedCI') }),
    true,
  ],
  [
    CONDITIONS,
    'a pull request that failed',
    'step',
    "and(failed(), eq(variables['Build.Reason'], 'PullRequest'))",
    { variables: on('main', 'PullRequest'), jobStatus: 'Failed' },
    true,
  ],
  [
    CONDITIONS,
    'a schedule',
    'stage',
    "eq(variables['Build.Reason'], 'Schedule')",
    after({ A: 'Failed' }, { variables: on('main', 'Schedule') }),
    true,
  ],
  [
    CONDITIONS,
    'a variable that is true',
    'step',
    "eq(variables['System.debug'], true)",
    { variables: { 'System.Debug': 'true' } },
    true,
  ],
  [
    CONDITIONS,
    'an empty variable',
    'job',
    "eq(variables.testEmpty, '')",
    after({}, { variables: { testEmpty: '' } }),
    true,
  ],
  [CONDITIONS, 'a variable that nobody set is empty too', 'job', "eq(variables.testEmpty, '')", after({}), true],
  [
    CONDITIONS,
    'an output of a job',
    'job',
    "eq(dependencies.Foo.outputs['DetermineResult.doThing'], 'Yes')",
    { variables: {}, dependencies: { Foo: leaving({ 'DetermineResult.doThing': 'Yes' }) } },
    true,
  ],
  [
    CONDITIONS,
    'a job that succeeded with issues',
    'job',
    "eq(dependencies.A.result, 'SucceededWithIssues')",
    after({ A: 'SucceededWithIssues' }),
    true,
  ],
  [EXPRESSIONS, 'false never runs', 'job', 'false', after({}), false],
  [
    EXPRESSIONS,
    'results by name',
    'job',
    "and(in(dependencies.a.result, 'Succeeded', 'Skipped'), in(dependencies.b.result, 'Succeeded', 'Skipped'))",
    after({ a: 'Skipped', b: 'Succeeded' }),
    true,
  ],
  [
    EXPRESSIONS,
    'an output that is not true',
    'job',
    "and(succeeded(), ne(dependencies.A.outputs['printvar.skipsubsequent'], 'true'))",
    { variables: {}, dependencies: { A: leaving({ 'printvar.skipsubsequent': 'true' }) } },
    false,
  ],
  [EXPRESSIONS, 'canceled()', 'job', 'canceled()', after({}, { canceled: true }), true],
  [EXPRESSIONS, 'canceled() otherwise', 'step', 'canceled()', { variables: {}, jobStatus: 'Failed' }, false],
  [EXPRESSIONS, 'succeeded() of named jobs', 'job', "succeeded('a')", after({ A: 'Succeeded', B: 'Failed' }), true],
  [EXPRESSIONS, 'failed() of named jobs', 'job', "failed('A')", after({ A: 'Succeeded', B: 'Failed' }), false],
  [
    EXPRESSIONS,
    'a name that is not waited for has not succeeded',
    'job',
    "succeeded('C')",
    after({ A: 'Succeeded' }),
    false,
  ],
  [
    EXPRESSIONS,
    'succeededOrFailed() of a step',
    'step',
    'succeededOrFailed()',
    { variables: {}, jobStatus: 'Failed' },
    true,
  ],
  [
    EXPRESSIONS,
    'succeededOrFailed() when cancelled',
    'step',
    'succeededOrFailed()',
    { variables: {}, jobStatus: 'Canceled' },
    false,
  ],
  [
    EXPRESSIONS,
    'succeededOrFailed() after anything',
    'job',
    'succeededOrFailed()',
    after({ A: 'Failed', B: 'Skipped' }),
    true,
  ],
  [
    EXPRESSIONS,
    'succeededOrFailed() of a named job that was skipped',
    'job',
    "succeededOrFailed('B')",
    after({ A: 'Failed', B: 'Skipped' }),
    false,
  ],
  [
    EXPRESSIONS,
    'failed() of a step that had issues',
    'step',
    'failed()',
    { variables: {}, jobStatus: 'SucceededWithIssues' },
    false,
  ],
  [
    STAGES,
    'an output of another stage',
    'stage',
    "eq(dependencies.test.outputs['api.model.found'], 'true')",
    { variables: {}, dependencies: { test: leaving({ 'api.model.found': 'true' }) } },
    true,
  ],
];

describe('whether a step, job or stage runs', () => {
  for (const [page, title, place, condition, moment, expected] of CASES) {
    it(`${page}: ${title}`, () => {
      expect(runCondition(condition, place, moment)).toBe(expected);
    });
  }
});

describe('a variable when its job begins', () => {
  const moment: Moment = {
    variables: { major: '1', 'Build.SourceBranch': 'refs/heads/main' },
    dependencies: { A: leaving({ 'step.name': 'value' }) },
    stageDependencies: { test: { api: leaving({ 'model.version': '7' }) } },
    startTime: '2026-11-22T17:30:00Z',
    takeNumber: (prefix, seed) => (prefix === '1' ? seed + 1 : prefix === '20261122' ? seed : -1),
  };
  it.each([
    [VARIABLES, "$[dependencies.A.outputs['step.name']]", 'value'],
    [VARIABLES, "$[ stageDependencies.test.api.outputs['model.version'] ]", '7'],
    [VARIABLES, "$[ stageDependencies.test.api.outputs['model.none'] ]", ''],
    [VARIABLES, 'plain $[ text ] between', 'plain $[ text ] between'],
    [EXPRESSIONS, "$[eq(variables['Build.SourceBranch'], 'refs/heads/main')]", 'True'],
    [EXPRESSIONS, "$[counter(variables['major'], 100)]", '101'],
    [EXPRESSIONS, "$[counter(format('{0:yyyyMMdd}', pipeline.startTime), 100)]", '100'],
  ])('%s: %s', (_page, value, expected) => {
    expect(runVariable(value, moment)).toBe(expected);
  });
});

describe('macros', () => {
  it.each([
    ['a variable', 'echo $(a)', 'echo one'],
    ['a name in another case, with a dot', '$(BUILD.reason)', 'Manual'],
    ['a name that nobody defined stays', '$(none) $(a)', '$(none) one'],
    ['a variable within a variable', '$(outer)', '<one>'],
    ['a command of the shell stays', '$(git rev-parse HEAD)', '$(git rev-parse HEAD)'],
    ['a circle ends', '$(round)', '$(Round)'],
    ['signs of a replacement are text', '$(dollar)', '$&$1'],
  ])(`${VARIABLES}: %s`, (_title, text, expected) => {
    const variables = { a: 'one', 'Build.Reason': 'Manual', outer: '<$(a)>', round: '$(Round)', dollar: '$&$1' };
    expect(replaceMacros(text, variables)).toBe(expected);
  });
});
