import type { Job, Pipeline, Step } from '../compile/pipeline.ts';
import { CHECKOUT } from '../compile/steps.ts';
import { PipelineProblem } from '../problem.ts';
import { findTask } from './find-task.ts';
import { parseRange } from './version-range.ts';

/** What is wrong with one input; undefined where nothing is. */
type Check = (value: string) => string | undefined;

const isOneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.some((each) => each.toLowerCase() === value.toLowerCase())
      ? undefined
      : `expected one of: ${allowed.join(', ')}`;

/** An input that asks for what is not there; asking for nothing is fine. */
const isOff =
  (reason: string): Check =>
  (value) =>
    ['', 'false'].includes(value.toLowerCase()) ? undefined : reason;

const WINDOWS_ONLY = 'only agents with Windows run it';
const NO_PASSWORD = 'connections sign in by federation here, so there is no password that a script could be given';

/** Inputs that matter and that are not supported in every form, by task (microsoft/azure-pipelines-tasks, each task.json). */
const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  'AzureCLI@2': {
    scriptType: (value) =>
      ['ps', 'batch'].includes(value.toLowerCase()) ? WINDOWS_ONLY : isOneOf('bash', 'pscore')(value),
    scriptLocation: isOneOf('inlineScript', 'scriptPath'),
    addSpnToEnvironment: isOff(NO_PASSWORD),
    useGlobalConfig: isOff("a step's sign-in never becomes that of the agent's user"),
  },
  'Bash@3': { targetType: isOneOf('inline', 'filePath') },
  'PowerShell@2': { targetType: isOneOf('inline', 'filePath') },
  'DownloadPipelineArtifact@2': {
    buildType: isOneOf('current', 'specific', 'none'),
    source: isOneOf('current', 'specific'),
    runVersion: isOneOf('latest'),
    project: isOff('name the pipeline under resources.pipelines and use its alias'),
    pipeline: isOff('name the pipeline under resources.pipelines and use its alias'),
    definition: isOff('name the pipeline under resources.pipelines and use its alias'),
    runId: isOff('name the pipeline under resources.pipelines and use its alias'),
  },
  'PublishPipelineArtifact@1': {
    publishLocation: isOneOf('pipeline'),
    artifactType: isOneOf('pipeline'),
    fileSharePath: isOff('artifacts are kept with the run here'),
  },
  'PublishTestResults@2': { testResultsFormat: isOneOf('JUnit'), testRunner: isOneOf('JUnit') },
  'UsePythonVersion@0': {
    versionSpec: (value) => (parseRange(value) ? undefined : 'a range such as 3.12, 3.x or >=3.11 was expected'),
    architecture: isOneOf('x64'),
  },
  [CHECKOUT]: {
    repository: isOneOf('self', 'none'),
    submodules: isOff('submodules are not fetched here'),
    lfs: isOff('files of Git LFS are not fetched here'),
    fetchFilter: isOff('partial clones are not made here'),
    sparseCheckoutDirectories: isOff('sparse checkouts are not made here'),
    sparseCheckoutPatterns: isOff('sparse checkouts are not made here'),
    workspaceRepo: isOff('there is one repository here'),
  },
};

/**
 * Refuses what no agent here can do, before anything runs. What holds a macro is known only when its step begins, and
 * looked at then.
 * @throws PipelineProblem naming the step, the input and the reason, with its place
 */
export function checkPipeline(pipeline: Pipeline): void {
  for (const job of pipeline.stages.flatMap(({ jobs }) => jobs)) checkJob(job);
}

function checkJob(job: Job): void {
  const steps = [...job.steps, ...(job.deployment?.hooks ?? []).flatMap((hook) => hook.steps)];
  for (const step of steps) checkStep(step);
}

function checkStep(step: Step): void {
  const title = step.task === CHECKOUT ? 'checkout' : step.task;
  if (!findTask(step.task)) throw toProblem(step, `The task ${title} is not supported by the sandbox.`);
  const { target } = step.settings;
  if (target !== undefined && target !== '' && target !== 'host') {
    throw toProblem(step, `${title}: target is not supported by the sandbox: steps run on the agent itself.`);
  }
  const given = new Map(Object.entries(step.inputs).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, check] of Object.entries(CHECKS[step.task] ?? {})) {
    const value = given.get(name.toLowerCase());
    if (value === undefined || value.trim() === '' || value.includes('$(')) continue;
    const reason = check(value.trim());
    if (reason) throw toProblem(step, `${title}: ${name} '${value}' is not supported by the sandbox: ${reason}.`);
  }
}

function toProblem(step: Step, message: string): PipelineProblem {
  return new PipelineProblem(step.at ?? { path: '/', line: 1, column: 1 }, message);
}
