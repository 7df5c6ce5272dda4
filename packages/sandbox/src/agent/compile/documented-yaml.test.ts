import { describe, expect, it } from 'vitest';
import type { Pipeline, Step } from './pipeline.ts';
import { compileText, type Trial } from './test-compile.ts';

function listSteps({ stages }: Pipeline): readonly Step[] {
  return stages.flatMap(({ jobs }) =>
    jobs.flatMap((job) => [...job.steps, ...(job.deployment?.hooks ?? []).flatMap(({ steps }) => steps)]),
  );
}

const listScripts = (pipeline: Pipeline) => listSteps(pipeline).map(({ inputs }) => inputs.script);
const listOrder = ({ stages }: Pipeline) => stages.map(({ name, dependsOn }) => [name, ...dependsOn]);
const listJobs = ({ stages }: Pipeline) =>
  stages.flatMap(({ jobs }) => jobs.map(({ name, dependsOn }) => [name, ...dependsOn]));
const listVariables = ({ variables }: Pipeline) =>
  variables.map((each) => (each.kind === 'group' ? [each.group] : [each.name, each.value]));
const getStep = (pipeline: Pipeline) => listSteps(pipeline)[0];
const getJob = ({ stages }: Pipeline) => stages[0]?.jobs[0];
const stage = (name: string, more = '') => `- stage: ${name}\n  jobs: [{ job: A, steps: [{ script: x }] }]\n${more}`;

type Case = readonly [
  page: string,
  title: string,
  text: string,
  look: (pipeline: Pipeline) => unknown,
  expected: unknown,
  trial?: Trial,
];

/** Pages of MicrosoftDocs: `schema/` azure-devops-yaml-schema, content/; others azure-devops-docs, docs/pipelines/. */
const CASES: readonly Case[] = [
  [
    'schema/pipeline',
    'steps alone are one job of one stage',
    'steps: [{ script: x }]',
    ({ stages }) => stages.map(({ name, jobs }) => [name, jobs.map((job) => job.name)]),
    [['__default', ['Job']]],
  ],
  [
    'schema/pipeline',
    'jobs alone are one stage',
    'jobs: [{ job: A, steps: [] }, { job: B, steps: [] }]',
    ({ stages }) => stages.map(({ name }) => name),
    ['__default'],
  ],
  [
    'schema/pipeline',
    'the run’s name, the pool and the lock',
    'name: $(Date:yyyyMMdd)$(Rev:.r)\npool: own\nlockBehavior: runLatest\nsteps: [{ script: x }]',
    ({ name, pool, lockBehavior }) => [name, pool, lockBehavior],
    ['$(Date:yyyyMMdd)$(Rev:.r)', 'own', 'runLatest'],
  ],
  [
    'schema/pool',
    'a computed image',
    "variables: { image: ubuntu-latest }\npool: { vmImage: '${{ variables.image }}' }\nsteps: [{ script: x }]",
    ({ pool }) => pool,
    { vmImage: 'ubuntu-latest' },
  ],
  ['schema/trigger', 'no trigger', 'trigger: none\nsteps: [{ script: x }]', ({ head }) => head.trigger, 'none'],
  [
    'schema/trigger',
    'a list of branches',
    'trigger: [main, releases/*]\nsteps: [{ script: x }]',
    ({ head }) => head.trigger,
    ['main', 'releases/*'],
  ],
  [
    'schema/trigger',
    'filters',
    'trigger: { batch: true, branches: { include: [main] }, paths: { exclude: [README.md] } }\nsteps: [{ script: x }]',
    ({ head }) => head.trigger,
    { batch: 'true', branches: { include: ['main'] }, paths: { exclude: ['README.md'] } },
  ],
  [
    'process/scheduled-triggers',
    'a schedule',
    "schedules: [{ cron: '0 3 * * 1', displayName: weekly, branches: { include: [main] }, always: true }]\nsteps: [{ script: x }]",
    ({ head }) => head.schedules,
    [{ cron: '0 3 * * 1', displayName: 'weekly', branches: { include: ['main'] }, always: 'true' }],
  ],
  [
    'process/pipeline-triggers',
    'another pipeline starts this one',
    'resources: { pipelines: [{ pipeline: up, source: upstream, trigger: true }] }\nsteps: [{ script: x }]',
    ({ head }) => head.resources,
    { pipelines: [{ pipeline: 'up', source: 'upstream', trigger: 'true' }] },
  ],

  [
    'process/stages',
    'a stage waits for the one above',
    `stages:\n${stage('A')}${stage('B')}${stage('C')}`,
    listOrder,
    [['A'], ['B', 'A'], ['C', 'B']],
  ],
  [
    'process/stages',
    'an empty dependsOn takes that away',
    `stages:\n${stage('A')}${stage('B', '  dependsOn: []\n')}`,
    listOrder,
    [['A'], ['B']],
  ],
  [
    'process/stages',
    'fan-out and fan-in',
    `stages:\n${stage('A')}${stage('B', '  dependsOn: A\n')}${stage('C', '  dependsOn: A\n')}${stage('D', '  dependsOn: [B, C]\n')}`,
    listOrder,
    [['A'], ['B', 'A'], ['C', 'A'], ['D', 'B', 'C']],
  ],
  [
    'process/stages',
    'a condition of a stage',
    `stages:\n${stage('A')}${stage('B', "  condition: and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))\n")}`,
    ({ stages }) => stages[1]?.condition,
    "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))",
  ],
  [
    'process/phases',
    'jobs wait for nobody',
    'jobs: [{ job: A, steps: [] }, { job: B, steps: [] }]',
    listJobs,
    [['A'], ['B']],
  ],
  [
    'process/phases',
    'jobs wait for those that they name',
    'jobs: [{ job: A, steps: [] }, { job: B, dependsOn: A, steps: [] }, { job: C, dependsOn: [A, B], steps: [] }]',
    listJobs,
    [['A'], ['B', 'A'], ['C', 'A', 'B']],
  ],
  [
    'process/phases',
    'limits of a job',
    'jobs: [{ job: A, timeoutInMinutes: 10, cancelTimeoutInMinutes: 2, steps: [] }]',
    (pipeline) => getJob(pipeline)?.settings,
    { timeoutInMinutes: '10', cancelTimeoutInMinutes: '2' },
  ],
  [
    'process/phases',
    'a matrix',
    'jobs: [{ job: A, strategy: { maxParallel: 2, matrix: { one: { v: 1 } } }, steps: [] }]',
    (pipeline) => getJob(pipeline)?.settings.strategy,
    { maxParallel: '2', matrix: { one: { v: '1' } } },
  ],
  [
    'process/deployment-jobs',
    'hooks of runOnce in their order',
    'jobs: [{ deployment: D, environment: prod, strategy: { runOnce: { deploy: { steps: [{ script: b }] }, preDeploy: { steps: [{ script: a }] }, on: { failure: { steps: [{ script: c }] } } } } }]',
    (pipeline) => getJob(pipeline)?.deployment?.hooks.map(({ name, steps }) => [name, steps[0]?.inputs.script]),
    [
      ['preDeploy', 'a'],
      ['deploy', 'b'],
      ['failure', 'c'],
    ],
  ],
  [
    'process/deployment-jobs',
    'a canary has its increments',
    'jobs: [{ deployment: D, environment: prod, strategy: { canary: { increments: [10, 20], deploy: { steps: [] } } } }]',
    (pipeline) => [getJob(pipeline)?.deployment?.strategy, getJob(pipeline)?.deployment?.settings],
    ['canary', { increments: ['10', '20'] }],
  ],
  [
    'schema/jobs-deployment-environment',
    'a resource of an environment',
    'jobs: [{ deployment: D, environment: { name: prod, resourceType: kubernetes }, strategy: { runOnce: { deploy: { steps: [] } } } }]',
    (pipeline) => getJob(pipeline)?.settings.environment,
    { name: 'prod', resourceType: 'kubernetes' },
  ],

  [
    'schema/steps-script',
    'script is CmdLine',
    'steps: [{ script: echo, workingDirectory: src, failOnStderr: true }]',
    (pipeline) => [getStep(pipeline)?.task, getStep(pipeline)?.inputs],
    ['CmdLine@2', { script: 'echo', workingDirectory: 'src', failOnStderr: 'true' }],
  ],
  [
    'schema/steps-bash',
    'bash is Bash, inline',
    'steps: [{ bash: echo }]',
    (pipeline) => [getStep(pipeline)?.task, getStep(pipeline)?.inputs],
    ['Bash@3', { targetType: 'inline', script: 'echo' }],
  ],
  [
    'schema/steps-pwsh',
    'pwsh is PowerShell Core',
    'steps: [{ pwsh: ls, errorActionPreference: stop }]',
    (pipeline) => [getStep(pipeline)?.task, getStep(pipeline)?.inputs],
    ['PowerShell@2', { targetType: 'inline', pwsh: 'true', script: 'ls', errorActionPreference: 'stop' }],
  ],
  [
    'schema/steps-checkout',
    'checkout of nothing',
    'steps: [{ checkout: none }]',
    (pipeline) => getStep(pipeline)?.inputs,
    { repository: 'none' },
  ],
  [
    'schema/steps-checkout',
    'a shallow checkout',
    'steps: [{ checkout: self, fetchDepth: 1, clean: true }]',
    (pipeline) => getStep(pipeline)?.inputs,
    { repository: 'self', fetchDepth: '1', clean: 'true' },
  ],
  [
    'schema/steps-publish',
    'publish names an artifact',
    'steps: [{ publish: out, artifact: web }]',
    (pipeline) => [getStep(pipeline)?.task, getStep(pipeline)?.inputs],
    ['PublishPipelineArtifact@1', { path: 'out', artifactName: 'web' }],
  ],
  [
    'schema/steps-download',
    'download of this run',
    'steps: [{ download: current, artifact: web }]',
    (pipeline) => [getStep(pipeline)?.task, getStep(pipeline)?.inputs],
    [
      'DownloadPipelineArtifact@2',
      { buildType: 'current', artifactName: 'web', targetPath: '$(Pipeline.Workspace)/web' },
    ],
  ],
  [
    'schema/steps-task',
    'a task with all that steps can say',
    "steps: [{ task: vsbuild@1, name: b, displayName: Build, condition: always(), continueOnError: true, enabled: false, timeoutInMinutes: 5, retryCountOnTaskFailure: 2, inputs: { solution: '**' }, env: { A: 1 } }]",
    getStep,
    {
      task: 'VSBuild@1',
      name: 'b',
      condition: 'always()',
      inputs: { solution: '**' },
      env: { A: '1' },
      settings: {
        displayName: 'Build',
        continueOnError: 'true',
        enabled: 'false',
        timeoutInMinutes: '5',
        retryCountOnTaskFailure: '2',
      },
      at: { path: '/entry.yml', line: 1, column: 9 },
    },
  ],

  [
    'schema/variables',
    'a mapping',
    'variables: { a: 1, b: two }\nsteps: [{ script: x }]',
    listVariables,
    [
      ['a', '1'],
      ['b', 'two'],
    ],
  ],
  [
    'schema/variables',
    'a list with a group',
    'variables: [{ group: g }, { name: a, value: b }]\nsteps: [{ script: x }]',
    listVariables,
    [['g'], ['a', 'b']],
  ],
  [
    'schema/variables',
    'read only',
    'variables: [{ name: a, value: b, readonly: true }]\nsteps: [{ script: x }]',
    ({ variables }) => variables,
    [{ kind: 'value', name: 'a', value: 'b', readonly: true }],
  ],
  [
    'schema/variables-template',
    'from a template',
    'variables: [{ template: v.yml }]\nsteps: [{ script: "build ${{ variables.arch }}" }]',
    listScripts,
    ['build x64'],
    { files: { 'v.yml': 'variables: [{ name: arch, value: x64 }]' } },
  ],
  [
    'process/variables',
    'a variable may speak of one before it',
    "variables: { a: one, b: '${{ variables.a }}-two' }\nsteps: [{ script: x }]",
    listVariables,
    [
      ['a', 'one'],
      ['b', 'one-two'],
    ],
  ],
  [
    'process/variables',
    'the job’s variable covers the pipeline’s',
    "variables: { v: outer }\njobs: [{ job: A, variables: { v: inner }, steps: [{ script: '${{ variables.v }}' }] }, { job: B, steps: [{ script: '${{ variables.v }}' }] }]",
    listScripts,
    ['inner', 'outer'],
  ],
  [
    'process/variables',
    'macros and runtime expressions stay for the run',
    "variables: { a: '$[counter(variables.b, 1)]' }\nsteps: [{ script: echo $(a) }]",
    (pipeline) => [...listVariables(pipeline), ...listScripts(pipeline)],
    [['a', '$[counter(variables.b, 1)]'], 'echo $(a)'],
  ],
  [
    'build/variables',
    'what is known before the run',
    "steps: [{ script: '${{ variables[''Build.SourceBranch''] }}' }]",
    listScripts,
    ['refs/heads/main'],
    { variables: { 'Build.SourceBranch': 'refs/heads/main' } },
  ],

  [
    'process/runtime-parameters',
    'a default',
    'parameters: [{ name: image, type: string, default: ubuntu, values: [ubuntu, windows] }]\nsteps: [{ script: "${{ parameters.image }}" }]',
    listScripts,
    ['ubuntu'],
  ],
  [
    'process/runtime-parameters',
    'a value that was given',
    'parameters: [{ name: image, type: string, default: ubuntu, values: [ubuntu, windows] }]\nsteps: [{ script: "${{ parameters.image }}" }]',
    listScripts,
    ['windows'],
    { parameters: { image: 'windows' } },
  ],
  [
    'process/runtime-parameters',
    'a boolean decides',
    'parameters: [{ name: test, type: boolean, default: false }]\nsteps:\n- script: always\n- ${{ if parameters.test }}:\n  - script: tests\n',
    listScripts,
    ['always'],
  ],
  [
    'process/runtime-parameters',
    'a number is written as one',
    'parameters: [{ name: n, type: number, default: 3 }]\nsteps: [{ script: "${{ parameters.n }}" }]',
    listScripts,
    ['3'],
  ],
  [
    'process/runtime-parameters',
    'objects are looped over',
    'parameters: [{ name: fruit, type: object, default: [apple, pear] }]\nsteps:\n- ${{ each one in parameters.fruit }}:\n  - script: eat ${{ one }}\n',
    listScripts,
    ['eat apple', 'eat pear'],
  ],
  [
    'process/conditions',
    'a parameter within a condition',
    'parameters: [{ name: doThing, type: boolean, default: true }]\nsteps: [{ script: x, condition: "and(succeeded(), ${{ eq(parameters.doThing, true) }})" }]',
    (pipeline) => getStep(pipeline)?.condition,
    'and(succeeded(), True)',
  ],

  [
    'process/templates',
    'steps of a template',
    'steps:\n- script: a\n- template: steps/b.yml\n- script: d\n',
    listScripts,
    ['a', 'b', 'c', 'd'],
    {
      files: { 'steps/b.yml': 'steps: [{ script: b }, { template: c.yml }]', 'steps/c.yml': 'steps: [{ script: c }]' },
    },
  ],
  [
    'process/templates',
    'a path from the root of the repository',
    'steps: [{ template: deep/a.yml }]',
    listScripts,
    ['b'],
    { files: { 'deep/a.yml': 'steps: [{ template: /b.yml@self }]', 'b.yml': 'steps: [{ script: b }]' } },
  ],
  [
    'process/templates',
    'a template used twice',
    'jobs: [{ template: j.yml, parameters: { name: One } }, { template: j.yml, parameters: { name: Two } }]',
    listJobs,
    [['One'], ['Two']],
    {
      files: {
        'j.yml': "parameters: [{ name: name, default: '' }]\njobs: [{ job: '${{ parameters.name }}', steps: [] }]",
      },
    },
  ],
  [
    'process/templates',
    'stages of a template',
    `stages:\n- template: s.yml\n${stage('B')}`,
    listOrder,
    [['A'], ['B', 'A']],
    { files: { 's.yml': `stages:\n${stage('A')}` } },
  ],
  [
    'process/templates',
    'extends',
    'extends: { template: base.yml, parameters: { config: Release } }',
    listScripts,
    ['build Release'],
    {
      files: {
        'base.yml':
          "parameters: [{ name: config, type: string, default: Debug }]\nstages: [{ stage: A, jobs: [{ job: B, steps: [{ script: 'build ${{ parameters.config }}' }] }] }]",
      },
    },
  ],
  [
    'process/templates',
    'extends in extends',
    'extends: { template: a.yml }',
    listScripts,
    ['x'],
    { files: { 'a.yml': 'extends: { template: b.yml }', 'b.yml': 'steps: [{ script: x }]' } },
  ],
  [
    'process/template-parameters',
    'steps as a parameter',
    'extends: { template: t.yml, parameters: { build: [{ script: mine }, { template: more.yml }] } }',
    listScripts,
    ['before', 'mine', 'more', 'after'],
    {
      files: {
        't.yml':
          'parameters: [{ name: build, type: stepList, default: [] }]\nsteps:\n- script: before\n- ${{ parameters.build }}\n- script: after\n',
        'more.yml': 'steps: [{ script: more }]',
      },
    },
  ],
  [
    'process/template-parameters',
    'one step as a parameter',
    'extends: { template: t.yml, parameters: { it: { script: mine } } }',
    listScripts,
    ['mine'],
    { files: { 't.yml': 'parameters: [{ name: it, type: step }]\nsteps: ["${{ parameters.it }}"]' } },
  ],
  [
    'process/template-parameters',
    'the older form of parameters',
    'steps: [{ template: t.yml }]',
    listScripts,
    ['default'],
    { files: { 't.yml': "parameters: { a: default }\nsteps: [{ script: '${{ parameters.a }}' }]" } },
  ],

  [
    'process/template-expressions',
    'insertion into a mapping',
    'parameters: [{ name: more, type: object, default: { C: 3 } }]\nsteps:\n- script: x\n  env:\n    A: 1\n    ${{ insert }}: ${{ parameters.more }}\n',
    (pipeline) => getStep(pipeline)?.env,
    { A: '1', C: '3' },
  ],
  [
    'process/template-expressions',
    'a condition within a mapping',
    'parameters: [{ name: debug, type: boolean, default: true }]\nsteps:\n- script: x\n  env:\n    ${{ if eq(parameters.debug, true) }}:\n      DEBUG: true\n    ${{ else }}:\n      QUIET: true\n',
    (pipeline) => getStep(pipeline)?.env,
    { DEBUG: 'true' },
  ],
  [
    'process/template-expressions',
    'if, elseif, else',
    "variables: { foo: b }\nsteps:\n- ${{ if eq(variables.foo, 'a') }}:\n  - script: a\n- ${{ elseif eq(variables.foo, 'b') }}:\n  - script: b\n- ${{ elseif true }}:\n  - script: c\n- ${{ else }}:\n  - script: d\n",
    listScripts,
    ['b'],
  ],
  [
    'process/template-expressions',
    'else',
    "variables: { foo: z }\nsteps:\n- ${{ if eq(variables.foo, 'a') }}:\n  - script: a\n- ${{ else }}:\n  - script: d\n",
    listScripts,
    ['d'],
  ],
  [
    'process/template-expressions',
    'conditional variables',
    "variables:\n- name: foo\n  value: test\n- ${{ if eq(variables.foo, 'test') }}:\n  - name: bar\n    value: yes\n- ${{ else }}:\n  - name: bar\n    value: no\nsteps: [{ script: x }]",
    listVariables,
    [
      ['foo', 'test'],
      ['bar', 'yes'],
    ],
  ],
  [
    'process/template-expressions',
    'the steps of each job wrapped',
    'extends: { template: job.yml, parameters: { jobs: [{ job: A, displayName: mine, steps: [{ script: work }] }] } }',
    (pipeline) => [listScripts(pipeline), getJob(pipeline)?.settings],
    [['before', 'work', 'after'], { displayName: 'mine' }],
    {
      files: {
        'job.yml':
          "parameters: [{ name: jobs, type: jobList, default: [] }]\njobs:\n- ${{ each job in parameters.jobs }}:\n  - ${{ each pair in job }}:\n      ${{ if ne(pair.key, 'steps') }}:\n        ${{ pair.key }}: ${{ pair.value }}\n    steps:\n    - script: before\n    - ${{ job.steps }}\n    - script: after\n",
      },
    },
  ],
  [
    'process/template-expressions',
    'more dependencies for each job',
    'extends: { template: job.yml, parameters: { jobs: [{ job: A, steps: [] }, { job: B, dependsOn: [A], steps: [] }] } }',
    listJobs,
    [['Tool'], ['A', 'Tool'], ['B', 'Tool', 'A']],
    {
      files: {
        'job.yml':
          "parameters: [{ name: jobs, type: jobList, default: [] }]\njobs:\n- job: Tool\n  steps: []\n- ${{ each job in parameters.jobs }}:\n  - ${{ each pair in job }}:\n      ${{ if ne(pair.key, 'dependsOn') }}:\n        ${{ pair.key }}: ${{ pair.value }}\n    dependsOn:\n    - Tool\n    - ${{ if job.dependsOn }}:\n      - ${{ job.dependsOn }}\n",
      },
    },
  ],
  [
    'process/template-expressions',
    'an escaped expression',
    "steps: [{ script: \"${{ 'my${{value with a '' quote' }}\" }]",
    listScripts,
    ["my${{value with a ' quote"],
  ],
  [
    'process/template-expressions',
    'a mapping is looped over by key and value',
    'parameters: [{ name: map, type: object, default: { a: 1, b: 2 } }]\nsteps:\n- ${{ each pair in parameters.map }}:\n  - script: ${{ pair.key }}=${{ pair.value }}\n',
    listScripts,
    ['a=1', 'b=2'],
  ],
];

describe('a pipeline is read as its page says', () => {
  for (const [page, title, text, look, expected, trial] of CASES) {
    it(`${page}: ${title}`, async () => {
      expect(look(await compileText(text, trial))).toEqual(expected);
    });
  }
});
