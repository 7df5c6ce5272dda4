import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Manifest } from '../../packages/core/src/index.ts';
import { createPythonProject, type Ended, type PythonProject, runProgram } from '../render/python-project.ts';
import { type MlflowServer, startMlflowServer } from './mlflow-server.ts';

/** A rendered project, its own MLflow server, and how its scripts are run as an agent runs them. */
export interface TrackedProject {
  readonly project: PythonProject;
  readonly mlflow: MlflowServer;
  /** Runs a script of the repository; it has to end well. @returns what it wrote */
  readonly run: (...args: string[]) => Promise<string>;
  /** The same, whatever the end. */
  readonly tryRun: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
  readonly stop: () => Promise<void>;
}

/** What a training run hands back. */
export interface TrainingResult {
  readonly run_id: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly model: { readonly version: string } | null;
}

/** Renders a project and starts an MLflow server for it. @param env further variables for all its scripts */
export async function trackProject(
  manifest: Manifest,
  env: Readonly<Record<string, string>> = {},
): Promise<TrackedProject> {
  const project = await createPythonProject(manifest);
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.test'];
  await runProgram('git', [...identity, 'commit', '--quiet', '--message', 'first'], project.folder);
  const mlflow = await startMlflowServer(project.environment);
  const variables = {
    ...readVariables(join(project.folder, 'pipelines/variables.yml')),
    ...env,
    MLFLOW_TRACKING_URI: mlflow.uri,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const tryRun: TrackedProject['tryRun'] = (args, more = {}) =>
    runProgram(project.environment.python, args, project.folder, { ...variables, ...more });
  const run: TrackedProject['run'] = async (...args) => {
    const ended = await tryRun(args);
    if (ended.code !== 0) throw new Error(`${args.join(' ')} ended with ${ended.code}:\n${ended.output.slice(-5000)}`);
    return ended.output;
  };
  const stop = async () => {
    await mlflow.stop();
    rmSync(project.folder, { recursive: true, force: true });
  };
  return { project, mlflow, run, tryRun, stop };
}

/** Trains in full mode and registers the model if it is better. */
export async function train(tracked: TrackedProject, epochs: number): Promise<TrainingResult> {
  const full = ['--mode', 'full', '--register', 'true', '--epochs', `${epochs}`];
  return readResult(await tracked.run('notebooks/model_train.py', ...full));
}

/** The notebook's result, from what it printed. */
export function readResult(output: string): TrainingResult {
  const line = output.split('\n').find((text) => text.startsWith('{"schema"'));
  if (line === undefined) throw new Error(`the training handed nothing back:\n${output.slice(-2000)}`);
  return JSON.parse(line) as TrainingResult;
}

/** What a script hands to later stages by `task.setvariable`. */
export function readOutputs(output: string): Readonly<Record<string, string>> {
  const lines = output.matchAll(/^##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

function readVariables(path: string): Record<string, string> {
  const { variables } = parse(readFileSync(path, 'utf8')) as { variables: Record<string, string> };
  return variables;
}
