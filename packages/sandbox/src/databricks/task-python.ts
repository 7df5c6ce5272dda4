import { appendFileSync } from 'node:fs';
import { findNearestPython } from '../python/find-pythons.ts';
import { EnvironmentFailure, ensurePythonEnvironment } from '../python/python-environment.ts';
import { type Fields, isFields } from './body.ts';
import type { TaskWork } from './run-engine.ts';
import { TaskFailure } from './task-failure.ts';
import { listLibraries } from './task-libraries.ts';
import { toLogPath } from './task-output.ts';
import type { World } from './world.ts';

/** Minor version of Python 3 in each Databricks Runtime (learn.microsoft.com/azure/databricks/release-notes/runtime). */
const RUNTIMES: Readonly<Record<string, number>> = { '13': 10, '14': 10, '15': 11, '16': 12, '17': 12 };

/** The same for serverless environments (…/release-notes/serverless/environment-version). */
const SERVERLESS: Readonly<Record<string, number>> = { '1': 10, '2': 11, '3': 12, '4': 12 };

/** What newer ones than those above have at least. */
const NEWEST = 12;

/**
 * The interpreter for a task, with the task's libraries: an environment is made once for each list of them, by the Python
 * nearest to the runtime's. `MLOPS_SANDBOX_PYTHON` names another one to start from.
 * @throws TaskFailure
 */
export async function getTaskPython(world: World, work: TaskWork): Promise<string> {
  const libraries = listLibraries(world, work);
  const tell = (line: string) => appendFileSync(toLogPath(world, work.taskRun.id), `${line}\n`, { mode: 0o600 });
  const base = process.env.MLOPS_SANDBOX_PYTHON || (await choosePython(work, tell));
  if (libraries.length === 0) return base;
  try {
    tell(`Libraries: ${libraries.join(', ')}`);
    return (await ensurePythonEnvironment(libraries, base, work.signal)).python;
  } catch (error) {
    if (!(error instanceof EnvironmentFailure)) throw error;
    tell(error.message);
    throw new TaskFailure('LIBRARY_INSTALLATION_ERROR', `Library installation failed: ${error.message}`);
  }
}

async function choosePython({ run, taskRun }: TaskWork, tell: (line: string) => void): Promise<string> {
  const wanted = toPythonMinor(run.settings, taskRun.task);
  const python = await findNearestPython(wanted);
  if (python === undefined) {
    throw new TaskFailure('CLUSTER_ERROR', 'There is no Python 3 with its venv module on this machine.');
  }
  if (python.version[1] !== wanted) {
    tell(`The runtime has Python 3.${wanted}. This machine does not: ${python.text} is used (${python.path}).`);
  }
  return python.path;
}

function toPythonMinor(settings: Fields, task: Fields): number {
  const version = String(findCluster(settings, task)?.spark_version ?? '');
  if (version !== '') return RUNTIMES[/^\d+/.exec(version)?.[0] ?? ''] ?? NEWEST;
  const environments = Array.isArray(settings.environments) ? settings.environments.filter(isFields) : [];
  const spec = environments.find(({ environment_key }) => environment_key === task.environment_key)?.spec;
  return SERVERLESS[isFields(spec) ? String(spec.environment_version ?? '') : ''] ?? NEWEST;
}

/** The cluster that a task asks for, its own or one of the job's; absent: serverless. */
export function findCluster(settings: Fields, task: Fields): Fields | undefined {
  const clusters = Array.isArray(settings.job_clusters) ? settings.job_clusters.filter(isFields) : [];
  const shared = clusters.find(({ job_cluster_key }) => job_cluster_key === task.job_cluster_key)?.new_cluster;
  return isFields(task.new_cluster) ? task.new_cluster : isFields(shared) ? shared : undefined;
}
