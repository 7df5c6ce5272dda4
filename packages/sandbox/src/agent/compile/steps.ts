import { PipelineProblem } from '../problem.ts';
import { type Data, findValue, printPrimitive } from '../tree.ts';
import { asMapping, type Bound, expand, listBound, listEntries } from './expand.ts';
import { checkName, type Fields, findText, readFields, toCondition, toSettings } from './fields.ts';
import { type Compiler, loadTemplate } from './load-template.ts';
import type { Step } from './pipeline.ts';

const COMMON = [
  'condition',
  'continueOnError',
  'displayName',
  'target',
  'enabled',
  'env',
  'name',
  'timeoutInMinutes',
  'retryCountOnTaskFailure',
];
const SETTINGS = ['displayName', 'enabled', 'continueOnError', 'timeoutInMinutes', 'retryCountOnTaskFailure', 'target'];

/** The task that checks out, by the only name that it has. */
export const CHECKOUT = '6d15af64-176c-496d-b583-fd2ae21d4df4@1';

interface ShortForm {
  readonly task: string;
  /** Name of the input that takes the short form's own value. */
  readonly input: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Keys that are inputs of the task; renamed where the task calls them otherwise. */
  readonly keys: Readonly<Record<string, string>>;
}

const SHELL = { failOnStderr: 'failOnStderr', workingDirectory: 'workingDirectory' };
const POWERSHELL = {
  ...SHELL,
  errorActionPreference: 'errorActionPreference',
  ignoreLASTEXITCODE: 'ignoreLASTEXITCODE',
};
const CHECKOUT_KEYS = [
  'clean',
  'fetchDepth',
  'fetchFilter',
  'fetchTags',
  'lfs',
  'persistCredentials',
  'submodules',
  'path',
  'sparseCheckoutDirectories',
  'sparseCheckoutPatterns',
  'workspaceRepo',
];

/** What the short forms of YAML stand for (azure-devops-yaml-schema, steps-*). */
const SHORT_FORMS: Readonly<Record<string, ShortForm>> = {
  script: { task: 'CmdLine@2', input: 'script', inputs: {}, keys: SHELL },
  bash: { task: 'Bash@3', input: 'script', inputs: { targetType: 'inline' }, keys: SHELL },
  pwsh: { task: 'PowerShell@2', input: 'script', inputs: { targetType: 'inline', pwsh: 'true' }, keys: POWERSHELL },
  powershell: { task: 'PowerShell@2', input: 'script', inputs: { targetType: 'inline' }, keys: POWERSHELL },
  checkout: {
    task: CHECKOUT,
    input: 'repository',
    inputs: {},
    keys: Object.fromEntries(CHECKOUT_KEYS.map((key) => [key, key])),
  },
  publish: { task: 'PublishPipelineArtifact@1', input: 'path', inputs: {}, keys: { artifact: 'artifactName' } },
  download: {
    task: 'DownloadPipelineArtifact@2',
    input: 'buildType',
    inputs: {},
    keys: { artifact: 'artifactName', patterns: 'itemPattern' },
  },
};

/** Reads a list of steps, templates in place. @throws PipelineProblem */
export async function compileSteps(compiler: Compiler, part: Bound, depth = 0): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const item of listBound(part)) {
    const first = listEntries(asMapping(item))[0];
    if (!first) throw new PipelineProblem(item.node.at, 'A step was expected');
    if (printPrimitive(first.key.value) === 'template') {
      const template = await loadTemplate(compiler, item, ['steps'], depth);
      const inner = findValue(template.node, 'steps');
      if (!inner) throw new PipelineProblem(template.node.at, "'steps' was expected");
      steps.push(...(await compileSteps(compiler, { node: inner, scope: template.scope }, depth + 1)));
    } else steps.push(compileStep(compiler, item, printPrimitive(first.key.value)));
    refuseTakenName(steps, item);
  }
  return steps;
}

/** Outputs are found by the step's name. */
function refuseTakenName(steps: readonly Step[], last: Bound): void {
  const names = steps.flatMap(({ name }) => name?.toLowerCase() ?? []);
  const taken = names.find((name, index) => names.indexOf(name) !== index);
  if (taken === undefined) return;
  throw new PipelineProblem(
    last.node.at,
    `The step name ${taken} appears more than once. Step names must be unique within a job`,
  );
}

function compileStep(compiler: Compiler, item: Bound, kind: string): Step {
  if (kind === 'task') return compileTask(compiler, item);
  const form = Object.hasOwn(SHORT_FORMS, kind) ? SHORT_FORMS[kind] : undefined;
  if (!form) {
    const expected = ['task', ...Object.keys(SHORT_FORMS), 'template'].join(', ');
    const [first] = listEntries(item);
    throw new PipelineProblem(
      first?.key.at ?? item.node.at,
      `Unexpected value '${kind}'. A step begins with one of: ${expected}`,
    );
  }
  const fields = readFields(item, [kind, ...Object.keys(form.keys), ...COMMON]);
  const value = findText(fields, kind) ?? '';
  const named = Object.entries(form.keys).flatMap(([key, input]) => {
    const text = findText(fields, key);
    return text === undefined ? [] : [[input, text] as const];
  });
  const asked = { ...toInputs(kind, form, value), ...Object.fromEntries(named) };
  const inputs = { ...form.inputs, ...asked, ...(kind === 'download' ? toTarget(asked) : {}) };
  return { ...toStep(form.task, inputs, fields), at: item.node.at };
}

function toInputs(kind: string, form: ShortForm, value: string): Readonly<Record<string, string>> {
  // An alias of `resources.pipelines` downloads what that run published.
  if (kind === 'download' && !['current', 'none'].includes(value)) return { buildType: 'specific', alias: value };
  return { [form.input]: value };
}

/** Where `download` puts what it gets: in folders named after pipeline and artifact (MicrosoftDocs artifacts/pipeline-artifacts). */
function toTarget({ alias, artifactName }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { targetPath: ['$(Pipeline.Workspace)', alias, artifactName].filter(Boolean).join('/') };
}

function compileTask(compiler: Compiler, item: Bound): Step {
  const fields = readFields(item, ['task', 'inputs', ...COMMON]);
  const asked = findText(fields, 'task') ?? '';
  const task = [...compiler.tasks].find((each) => each.toLowerCase() === asked.toLowerCase());
  if (task === undefined) {
    throw new PipelineProblem(
      fields.get('task')!.node.at,
      `A task is missing. The pipeline references a task called '${asked}'. Expected one of: ${[...compiler.tasks].join(', ')}`,
    );
  }
  return { ...toStep(task, toTexts(fields, 'inputs'), fields), at: item.node.at };
}

function toStep(task: string, inputs: Step['inputs'], fields: Fields): Step {
  const name = findText(fields, 'name');
  if (name !== undefined) checkName('Step', name, fields.get('name')!);
  return {
    task,
    ...(name === undefined ? {} : { name }),
    ...toCondition(fields, 'step'),
    inputs,
    env: toTexts(fields, 'env'),
    settings: toSettings(fields, SETTINGS),
  };
}

function toTexts(fields: Fields, name: string): Readonly<Record<string, string>> {
  const field = fields.get(name);
  if (!field) return {};
  const entries = listEntries(field).map((entry): readonly [string, Data] => {
    const value = expand(entry);
    if (value.kind === 'scalar') return [printPrimitive(entry.key.value), printPrimitive(value.value)];
    throw new PipelineProblem(value.at, `A scalar was expected as '${printPrimitive(entry.key.value)}'`);
  });
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}
