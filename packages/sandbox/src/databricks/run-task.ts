import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Fields, isFields } from './body.ts';
import { clone, findCommit, settle } from './git-checkout.ts';
import { NOTEBOOK_RUNNER } from './notebook-runner.ts';
import { hasHeader, isJupyter, toSource } from './notebook-source.ts';
import type { RunTask, TaskEnd, TaskWork } from './run-engine.ts';
import { type NotebookEnd, type NotebookQuestion, runNotebook } from './run-notebook.ts';
import { findSecret, getScope, replaceReferences } from './secrets.ts';
import { getCredential, grantToken } from './service-credentials.ts';
import type { Run } from './state.ts';
import { TaskFailure } from './task-failure.ts';
import { toLogPath } from './task-output.ts';
import { findCluster, getTaskPython } from './task-python.ts';
import { findGitFolderAbove, findNode, toWorkspacePath } from './workspace-tree.ts';
import type { World } from './world.ts';

/** A notebook's text and where it runs. */
interface Source {
  readonly text: string;
  readonly path: string;
  readonly directory: string;
  readonly roots: readonly string[];
}

/** Runs notebook tasks for real, in a Python process of their own. */
export function makeTaskRunner(world: World): RunTask {
  return async (work) => {
    const checkout = join(world.scratch, `checkout-${work.taskRun.id}`);
    try {
      const notebook = getNotebookTask(work.taskRun.task);
      const python = await getTaskPython(world, work);
      const source = isFromGit(work, notebook)
        ? await readFromGit(world, work, notebook, checkout)
        : readFromWorkspace(world, work, notebook);
      return toEnd(await runNotebook({ ...toEnvironment(world, work, notebook), python, ...prepare(world, source) }));
    } catch (error) {
      if (error instanceof TaskFailure) return { code: error.code, message: error.message };
      return { code: 'INTERNAL_ERROR', message: String(error) };
    } finally {
      rmSync(checkout, { recursive: true, force: true });
    }
  };
}

function toEnd({ lost, ...output }: NotebookEnd): TaskEnd {
  if (lost !== undefined) {
    const isMissing = lost.includes('could not be started');
    return { code: isMissing ? 'CLUSTER_ERROR' : 'DRIVER_ERROR', message: lost, output: { error: lost } };
  }
  if (output.error === undefined) return { code: 'SUCCESS', message: '', output };
  return { code: 'RUN_EXECUTION_ERROR', message: 'Workload failed, see run output for details', output };
}

function getNotebookTask(task: Fields): Fields {
  if (isFields(task.notebook_task)) return task.notebook_task;
  const kind = Object.keys(task).find((name) => name.endsWith('_task'));
  throw new TaskFailure('INVALID_RUN_CONFIGURATION', `The sandbox runs notebook tasks only, not ${kind}.`);
}

function isFromGit({ run }: TaskWork, notebook: Fields): boolean {
  return notebook.source === 'GIT' || (notebook.source === undefined && run.settings.git_source !== undefined);
}

function readFromWorkspace(world: World, { run }: TaskWork, notebook: Fields): Source {
  const path = toWorkspacePath(String(notebook.notebook_path));
  const node = findNode(world, path);
  if (node?.type !== 'NOTEBOOK') {
    const who = `the identity used to run this job, ${run.createdBy}, lacks the required permissions`;
    throw new TaskFailure(
      'RESOURCE_NOT_FOUND',
      `Unable to access the notebook "${path}". Either it does not exist, or ${who}.`,
    );
  }
  if (node.language !== 'PYTHON') {
    throw new TaskFailure(
      'INVALID_RUN_CONFIGURATION',
      `The sandbox runs Python notebooks only; ${path} is ${node.language}.`,
    );
  }
  const text = readFileSync(node.disk, 'utf8');
  const gitFolder = findGitFolderAbove(world, path);
  return {
    text: node.form === 'jupyter' ? toSource(text) : text,
    path: node.disk,
    directory: dirname(node.disk),
    roots: gitFolder === undefined ? [] : [join(world.root, gitFolder)],
  };
}

async function readFromGit(world: World, { run }: TaskWork, notebook: Fields, checkout: string): Promise<Source> {
  const source = run.settings.git_source as Fields;
  const bare = world.gitRepositories.resolve(String(source.git_url));
  const failed = (reason: string) =>
    new TaskFailure('REPOSITORY_CHECKOUT_FAILED', `Failed to checkout Git repository ${source.git_url}: ${reason}`);
  if (bare === undefined) throw failed('it does not exist, or the Git credential may not read it.');
  await clone(bare, checkout);
  const ref = toRef(source);
  const commit = await findCommit(checkout, ref);
  if (commit === undefined) throw failed(`there is no ${ref.replace(/^refs\/(remotes\/origin|tags)\//, '')} in it.`);
  await settle(checkout, commit);
  run.usedCommit = commit;
  const base = join(checkout, String(notebook.notebook_path));
  for (const path of [`${base}.py`, `${base}.ipynb`]) {
    if (!path.startsWith(`${checkout}/`) || !existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    if (hasHeader(text, 'PYTHON')) return { text, path, directory: dirname(path), roots: [checkout] };
    if (isJupyter(text)) return { text: toSource(text), path, directory: dirname(path), roots: [checkout] };
  }
  throw new TaskFailure(
    'RESOURCE_NOT_FOUND',
    `Unable to access the notebook "${notebook.notebook_path}" in commit ${commit}.`,
  );
}

function toRef(source: Fields): string {
  if (source.git_commit) return String(source.git_commit);
  return source.git_tag ? `refs/tags/${source.git_tag}` : `refs/remotes/origin/${source.git_branch ?? 'main'}`;
}

function prepare(world: World, { text, path, directory, roots }: Source) {
  const runner = join(world.scratch, 'notebook_runner.py');
  mkdirSync(world.scratch, { recursive: true });
  writeFileSync(runner, NOTEBOOK_RUNNER);
  return { source: text, path, directory, roots, runner };
}

/** Job parameters win over the task's own of the same name. */
function toEnvironment(world: World, { run, taskRun, signal, onStart }: TaskWork, notebook: Fields) {
  const own = isFields(notebook.base_parameters) ? notebook.base_parameters : {};
  const ownTexts = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)]));
  return {
    parameters: { ...ownTexts, ...run.parameters },
    environment: toVariables(world, run.settings, taskRun.task),
    log: toLogPath(world, taskRun.id),
    signal,
    onStart,
    hasCredentials: hasServiceCredentials(run.settings, taskRun.task),
    answer: (question: NotebookQuestion) => answer(world, run, question),
  };
}

/** Of this process's own variables only what every program needs: none of its secrets. */
function toVariables(world: World, settings: Fields, task: Fields): Record<string, string> {
  const cluster = findCluster(settings, task) ?? {};
  const wanted = isFields(cluster.spark_env_vars) ? cluster.spark_env_vars : {};
  const set = Object.entries(wanted).map(([name, value]) => [name, replaceReferences(world, String(value))]);
  const runtime = /^(\d+\.\d+)/.exec(String(cluster.spark_version ?? ''))?.[1];
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: homedir(),
    TMPDIR: tmpdir(),
    LANG: 'C.UTF-8',
    // Serverless compute says the version of its client.
    DATABRICKS_RUNTIME_VERSION: runtime ?? 'client.4',
    ...Object.fromEntries(set),
  };
}

/** Service credentials came with runtime 15.4 (learn.microsoft.com/…/cloud-services/use-service-credentials). */
function hasServiceCredentials(settings: Fields, task: Fields): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(String(findCluster(settings, task)?.spark_version ?? '')) ?? [];
  return major === undefined || Number(major) * 100 + Number(minor) >= 1504;
}

function answer(world: World, run: Run, question: NotebookQuestion): unknown {
  switch (question.what) {
    case 'credential':
      return getCredential(world, question.name).name;
    case 'token': {
      const { text, expiresOn } = grantToken(world, question.name, toRunIdentity(world, run), question.resource);
      return { token: text, expires_on: expiresOn };
    }
    case 'secret':
      return findSecret(world, question.scope, question.key);
    case 'keys':
      return Object.keys(getScope(world, question.scope));
    case 'scopes':
      return Object.keys(world.store.data.secrets);
  }
}

/** As whom a run acts: the job's `run_as`, else the job's owner; a one-time run is its maker's. */
function toRunIdentity(world: World, { settings, jobId, createdBy }: Run): string {
  const runAs = isFields(settings.run_as) ? settings.run_as : {};
  const named = runAs.service_principal_name ?? runAs.user_name;
  return typeof named === 'string' ? named : (world.store.data.jobs[jobId ?? 0]?.createdBy ?? createdBy);
}
