import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../compile/compile-pipeline.ts';
import { PipelineProblem } from '../problem.ts';
import { TASKS } from '../tasks.ts';
import { checkPipeline } from './check-pipeline.ts';

const TEMPLATES = join(dirname(fileURLToPath(import.meta.url)), '../../../../../templates/pipelines');

function compile(text: string, files: Readonly<Record<string, string>> = {}) {
  return compilePipeline({
    path: '/entry.yml',
    text,
    readFile: async (path) => files[path],
    describeMissing: (path) => `File ${path} not found`,
    parameters: {},
    variables: {},
    tasks: TASKS,
  });
}

describe('what no agent here can do is refused before anything runs', () => {
  it.each([
    [
      'task: AzureCLI@2\n  inputs: { scriptType: batch }',
      "AzureCLI@2: scriptType 'batch' is not supported by the sandbox: only agents with Windows run it.",
    ],
    [
      'task: AzureCLI@2\n  inputs: { scriptType: zsh }',
      "AzureCLI@2: scriptType 'zsh' is not supported by the sandbox: expected one of: bash, pscore.",
    ],
    [
      'task: AzureCLI@2\n  inputs: { addSpnToEnvironment: true }',
      "AzureCLI@2: addSpnToEnvironment 'true' is not supported",
    ],
    [
      'task: UsePythonVersion@0\n  inputs: { versionSpec: pypy3.9 }',
      "UsePythonVersion@0: versionSpec 'pypy3.9' is not supported",
    ],
    [
      'task: PublishTestResults@2\n  inputs: { testResultsFormat: NUnit }',
      "PublishTestResults@2: testResultsFormat 'NUnit' is not supported",
    ],
    ['checkout: self\n  submodules: recursive', "checkout: submodules 'recursive' is not supported"],
    ['checkout: other', "checkout: repository 'other' is not supported"],
    ['bash: echo\n  target: container', 'Bash@3: target is not supported'],
  ])('%s', async (step, message) => {
    const pipeline = await compile(`steps:\n- ${step}\n`);
    const check = () => checkPipeline(pipeline);
    expect(check).toThrow(PipelineProblem);
    expect(check).toThrow(`/entry.yml (Line: 2, Col: 3): ${message}`);
  });

  it('steps of a deployment as well', async () => {
    const pipeline = await compile(
      'jobs: [{ deployment: d, environment: e, strategy: { runOnce: { on: { failure: { steps: [{ checkout: self, lfs: true }] } } } } }]',
    );
    expect(() => checkPipeline(pipeline)).toThrow("checkout: lfs 'true' is not supported");
  });

  it('but not what is known only when the step begins', async () => {
    const pipeline = await compile('steps:\n- task: UsePythonVersion@0\n  inputs: { versionSpec: $(version) }\n');
    expect(() => checkPipeline(pipeline)).not.toThrow();
  });

  it.each(findBodies())('and nothing in %s', async (path) => {
    const text = readFileSync(join(TEMPLATES, path), 'utf8');
    const names = [...text.matchAll(/variables\.(\w+)/g)].map(([, name]) => name);
    const values = names.map((name) => `  ${name}: ${name === 'PYTHON_VERSION' ? "'3.12'" : "'60'"}\n`);
    const entry = `variables:\n  unused: ''\n${[...new Set(values)].join('')}extends: { template: body.yml }\n`;
    const pipeline = await compile(entry, { '/body.yml': text });
    expect(pipeline.stages.length).toBeGreaterThan(0);
    expect(() => checkPipeline(pipeline)).not.toThrow();
  });
});

/** Bodies of pipelines that projects get. */
function findBodies(): readonly string[] {
  const files = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' });
  return files.filter((path) => /(^|\/)templates\/[^/]+\.yml$/.test(path));
}
