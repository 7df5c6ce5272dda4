import { describe, expect, it } from 'vitest';
import { compileText, type Trial } from './test-compile.ts';

const stage = (name: string, more = '') => `- stage: ${name}\n  jobs: [{ job: A, steps: [{ script: x }] }]\n${more}`;

type Refusal = readonly [page: string, title: string, text: string, message: string | RegExp, trial?: Trial];

/** Pages of MicrosoftDocs: `schema/` azure-devops-yaml-schema, content/; others azure-devops-docs, docs/pipelines/. */
const REFUSALS: readonly Refusal[] = [
  [
    'process/template-expressions',
    'a list of texts where steps are asked for',
    "steps:\n- ${{ split('a,b', ',') }}",
    '/entry.yml (Line: 2, Col: 3): A mapping was expected',
  ],
  [
    'schema/index',
    'anchors',
    'variables: &a { x: 1 }\nsteps: []',
    /^\/entry\.yml \(Line: 1, Col: 15\): Anchors are not supported/,
  ],
  [
    'schema/pipeline',
    'broken YAML',
    'steps:\n- script: "open\n',
    /^\/entry\.yml \(Line: 3, Col: 1\): Missing closing "quote/,
  ],
  [
    'schema/pipeline',
    'an unknown key',
    'steps: []\nnonsense: 1',
    /^\/entry\.yml \(Line: 2, Col: 1\): Unexpected value 'nonsense'\. Expected one of: name, /,
  ],
  [
    'schema/pipeline',
    'a key twice',
    'trigger: none\nsteps: []\nTrigger: none',
    "/entry.yml (Line: 3, Col: 1): 'Trigger' is already defined",
  ],
  ['schema/pipeline', 'jobs next to stages', 'stages: []\njobs: []', /Unexpected value 'jobs' next to 'stages'/],
  ['schema/pipeline', 'nothing to run', 'trigger: none', /One of these was expected: stages, jobs, steps, extends/],
  [
    'schema/steps',
    'steps that are no list',
    'steps:\n  script: x',
    '/entry.yml (Line: 2, Col: 3): A sequence was expected',
  ],
  [
    'schema/steps-script',
    'the kind of step does not come first',
    'steps:\n- displayName: x\n  script: y',
    /^\/entry\.yml \(Line: 2, Col: 3\): Unexpected value 'displayName'\. A step begins with one of: task, script/,
  ],
  [
    'schema/steps-bash',
    'an unknown key of a step',
    'steps:\n- bash: x\n  enviroment: {}',
    /^\/entry\.yml \(Line: 3, Col: 3\): Unexpected value 'enviroment'\. Expected one of: bash, /,
  ],
  [
    'schema/steps-task',
    'an unknown task',
    'steps:\n- task: Nonsense@1',
    /^\/entry\.yml \(Line: 2, Col: 9\): A task is missing\. .*'Nonsense@1'/,
  ],
  [
    'schema/jobs-job',
    'a name with a hyphen',
    'jobs:\n- job: my-job\n  steps: []',
    /^\/entry\.yml \(Line: 2, Col: 8\): Job name my-job is not valid/,
  ],
  [
    'schema/jobs-deployment',
    'a deployment without a strategy',
    'jobs:\n- deployment: D\n  environment: e',
    /Line: 2, Col: 3\): 'strategy' was expected/,
  ],
  [
    'schema/jobs-deployment-strategy',
    'an unknown strategy',
    'jobs:\n- deployment: D\n  strategy: { blueGreen: {} }',
    /One of these was expected: runOnce, rolling, canary/,
  ],
  [
    'process/stages',
    'an unknown stage',
    `stages:\n${stage('A', '  dependsOn: Z\n')}`,
    '/entry.yml (Line: 2, Col: 3): Stage A depends on unknown stage Z',
  ],
  ['process/stages', 'a name twice', `stages:\n${stage('A')}${stage('a')}`, /The stage name a appears more than once/],
  [
    'process/stages',
    'no stage can begin',
    `stages:\n${stage('A', '  dependsOn: B\n')}${stage('B')}`,
    /must contain at least one stage with no dependencies/,
  ],
  [
    'process/phases',
    'a circle of jobs',
    'jobs:\n- { job: A, steps: [] }\n- { job: B, dependsOn: [A, C], steps: [] }\n- { job: C, dependsOn: B, steps: [] }',
    '/entry.yml (Line: 3, Col: 3): Job B depends on itself, by way of: B, C',
  ],
  [
    'process/conditions',
    'a condition that cannot be read',
    'steps:\n- script: x\n  condition: eqq(1, 2)',
    /^\/entry\.yml \(Line: 3, Col: 14\): Unrecognized function: 'eqq'/,
  ],
  [
    'process/conditions',
    'a step knows no other jobs',
    'steps:\n- script: x\n  condition: eq(dependencies.A.result, 1)',
    /Unrecognized value: 'dependencies'/,
  ],
  [
    'process/expressions',
    'a counter is only for variables',
    'steps:\n- script: x\n  condition: eq(counter(1, 2), 2)',
    /Unrecognized function: 'counter'/,
  ],
  [
    'process/expressions',
    'a status is not for variables',
    'variables:\n  a: $[succeeded()]\nsteps: []',
    /^\/entry\.yml \(Line: 2, Col: 6\): Unrecognized function: 'succeeded'/,
  ],
  [
    'process/template-expressions',
    'no expression in a trigger',
    'trigger: ["${{ variables.x }}"]\nsteps: []',
    /template expression is not allowed in this context/,
  ],
  [
    'process/template-expressions',
    'an expression that stays open',
    'steps:\n- script: ${{ variables.x',
    /^\/entry\.yml \(Line: 2, Col: 11\): The expression is not closed/,
  ],
  [
    'process/template-expressions',
    'else without if',
    'steps:\n- ${{ else }}:\n  - script: x',
    /^\/entry\.yml \(Line: 2, Col: 3\): 'else' must follow an 'if'/,
  ],
  [
    'process/template-expressions',
    'a loop over text',
    'variables: { a: b }\nsteps:\n- ${{ each x in variables.a }}:\n  - script: x',
    /A sequence or mapping was expected to loop over/,
  ],
  [
    'process/template-expressions',
    'an object within text',
    'parameters: [{ name: o, type: object, default: { a: 1 } }]\nsteps:\n- script: say ${{ parameters.o }}',
    /^\/entry\.yml \(Line: 3, Col: 11\): Unable to convert/,
  ],
  [
    'process/template-expressions',
    'a template that includes itself',
    'steps: [{ template: a.yml }]',
    /Maximum .* of 100/,
    { files: { 'a.yml': 'steps: [{ template: a.yml }]' } },
  ],
  [
    'process/templates',
    'a missing file',
    'steps:\n- template: none.yml',
    '/entry.yml (Line: 2, Col: 13): File /none.yml not found',
  ],
  [
    'process/templates',
    'jobs where steps are asked for',
    'steps: [{ template: a.yml }]',
    /^\/a\.yml \(Line: 1, Col: 1\): Unexpected value 'jobs'\. Expected one of: parameters, steps/,
    { files: { 'a.yml': 'jobs: []' } },
  ],
  [
    'process/templates',
    'a mistake is reported in the template’s own file',
    'steps: [{ template: deep/a.yml }]',
    /^\/deep\/a\.yml \(Line: 3, Col: 3\): Unexpected value 'scrypt'/,
    { files: { 'deep/a.yml': 'steps:\n- script: x\n- scrypt: y' } },
  ],
  [
    'process/templates',
    'another repository',
    'steps: [{ template: a.yml@tools }]',
    /Templates of another repository are not supported here: 'a\.yml@tools'/,
  ],
  [
    'process/template-parameters',
    'a boolean that is none',
    'extends:\n  template: t.yml\n  parameters:\n    yesNo: apples',
    "/entry.yml (Line: 4, Col: 12): The 'yesNo' parameter value 'apples' is not a valid Boolean",
    { files: { 't.yml': 'parameters: [{ name: yesNo, type: boolean, default: false }]\nsteps: []' } },
  ],
  [
    'process/template-parameters',
    'a parameter that nobody declared',
    'steps:\n- template: t.yml\n  parameters: { other: 1 }',
    "/entry.yml (Line: 3, Col: 17): Unexpected parameter 'other'",
    { files: { 't.yml': 'parameters: [{ name: a, default: 1 }]\nsteps: []' } },
  ],
  [
    'process/template-parameters',
    'a value that must be given',
    'steps:\n- template: t.yml',
    "/entry.yml (Line: 2, Col: 13): A value for the 'a' parameter must be provided",
    { files: { 't.yml': 'parameters: [{ name: a, type: string }]\nsteps: []' } },
  ],
  [
    'process/template-parameters',
    'a list where a step is asked for',
    'steps:\n- template: t.yml\n  parameters: { a: [] }',
    /The 'a' parameter value 'sequence' is not a valid step/,
    { files: { 't.yml': 'parameters: [{ name: a, type: step }]\nsteps: []' } },
  ],
  [
    'process/runtime-parameters',
    'a value that is not allowed',
    'parameters: [{ name: a, values: [x, y], default: x }]\nsteps: []',
    /The 'a' parameter value 'z' is not a valid value\. Expected one of: x, y/,
    { parameters: { a: 'z' } },
  ],
  [
    'schema/parameters-parameter',
    'an unknown type',
    'parameters:\n- name: a\n  type: integer\nsteps: []',
    /^\/entry\.yml \(Line: 3, Col: 9\): Unexpected value 'integer'/,
  ],
  [
    'schema/schedules-cron',
    'a cron of six fields',
    'schedules:\n- cron: 0 0 3 * * 1\nsteps: []',
    /^\/entry\.yml \(Line: 2, Col: 9\): A 'cron' of five fields was expected/,
  ],
  [
    'schema/variables',
    'a variable without a name',
    'variables:\n- value: 1\nsteps: []',
    /^\/entry\.yml \(Line: 2, Col: 3\): 'name', 'group' or 'template' was expected/,
  ],
  [
    'schema/steps',
    'two steps of one name',
    'steps:\n- { script: x, name: a }\n- { script: y, name: A }',
    /^\/entry\.yml \(Line: 3, Col: 3\): The step name a appears more than once/,
  ],
];

describe('what its page does not allow is refused with file, line and column', () => {
  for (const [page, title, text, message, trial] of REFUSALS) {
    it(`${page}: ${title}`, async () => {
      await expect(compileText(text, trial)).rejects.toThrow(message);
    });
  }
});
