import { type Fields, findFlag, findInteger, findText, getText, isFields } from './body.ts';
import { toProvider } from './git-folders.ts';
import { invalid } from './service-error.ts';

/** Fields of a task that say what it does; exactly one is set. */
const TASK_KINDS = [
  'notebook_task',
  'spark_python_task',
  'python_wheel_task',
  'spark_jar_task',
  'spark_submit_task',
  'pipeline_task',
  'sql_task',
  'dbt_task',
  'run_job_task',
  'condition_task',
  'for_each_task',
] as const;

/** Fields of a task that say where it runs; at most one is set (none: serverless). */
const COMPUTE_KINDS = ['job_cluster_key', 'new_cluster', 'existing_cluster_id', 'environment_key'] as const;

/** Checks the settings of a job as the service does on create, reset and update. Unknown fields are tolerated. */
export function checkJobSettings(settings: Fields): void {
  const name = findText(settings, 'name');
  if (name !== undefined && Buffer.byteLength(name) > 4096) throw invalid('The job name is over 4096 bytes long.');
  checkRange(settings, 'max_concurrent_runs', 0, 1000);
  checkRange(settings, 'timeout_seconds', 0, Number.MAX_SAFE_INTEGER);
  checkTags(settings.tags);
  checkParameters(settings.parameters);
  checkSchedule(settings.schedule);
  checkGitSource(settings.git_source);
  if (isFields(settings.queue)) findFlag(settings.queue, 'enabled');
  const clusterKeys = checkClusters(settings.job_clusters);
  const environmentKeys = toList(settings, 'environments').map((one) => getText(one, 'environment_key'));
  checkTasks(settings, clusterKeys, environmentKeys);
}

function checkTasks(settings: Fields, clusterKeys: readonly string[], environmentKeys: readonly string[]): void {
  const tasks = toList(settings, 'tasks');
  if (tasks.length > 1000) throw invalid('A job can have at most 1000 tasks.');
  const keys = tasks.map((task) => getText(task, 'task_key'));
  for (const [index, task] of tasks.entries()) {
    const key = keys[index] ?? '';
    if (!/^[\w-]{1,100}$/.test(key)) throw invalid(`The task key '${key}' may hold only letters, digits, - and _.`);
    if (keys.indexOf(key) !== index) throw invalid(`The task key '${key}' is not unique.`);
    checkWork(task, key, settings.git_source !== undefined);
    checkCompute(task, key, clusterKeys, environmentKeys);
    checkRange(task, 'max_retries', -1, Number.MAX_SAFE_INTEGER);
    checkRange(task, 'min_retry_interval_millis', 0, Number.MAX_SAFE_INTEGER);
    checkRange(task, 'timeout_seconds', 0, Number.MAX_SAFE_INTEGER);
    for (const needed of toList(task, 'depends_on').map((one) => getText(one, 'task_key'))) {
      if (!keys.includes(needed)) throw invalid(`Task '${key}' depends on task '${needed}', which does not exist.`);
    }
  }
  refuseCycle(tasks, keys);
}

function refuseCycle(tasks: readonly Fields[], keys: readonly string[]): void {
  const done = new Set<string>();
  for (let left = keys.length; left > 0; left--) {
    for (const [index, task] of tasks.entries()) {
      if (toList(task, 'depends_on').every((one) => done.has(String(one.task_key)))) done.add(keys[index] ?? '');
    }
  }
  if (done.size < keys.length) throw invalid('The tasks of the job depend on each other in a cycle.');
}

function checkWork(task: Fields, key: string, hasGitSource: boolean): void {
  const kinds = TASK_KINDS.filter((kind) => task[kind] !== undefined && task[kind] !== null);
  if (kinds.length !== 1) throw invalid(`Task '${key}' must have exactly one of ${TASK_KINDS.join(', ')}.`);
  if (!isFields(task.notebook_task)) return;
  const path = getText(task.notebook_task, 'notebook_path');
  const source = findText(task.notebook_task, 'source') ?? (hasGitSource ? 'GIT' : 'WORKSPACE');
  if (source !== 'GIT' && source !== 'WORKSPACE') throw invalid(`Invalid notebook source: ${source}.`);
  if (source === 'GIT' && !hasGitSource) throw invalid(`Task '${key}' has source GIT, but the job has no git_source.`);
  if (source === 'GIT' && path.startsWith('/')) {
    throw invalid(`Invalid notebook path: ${path}. Paths in a Git source must be relative.`);
  }
  if (source === 'WORKSPACE' && !path.startsWith('/')) {
    throw invalid(
      `Invalid notebook path: ${path}. Only absolute paths are currently supported. Paths must begin with '/'.`,
    );
  }
}

function checkCompute(task: Fields, key: string, clusters: readonly string[], environments: readonly string[]): void {
  const used = COMPUTE_KINDS.filter((kind) => task[kind] !== undefined && task[kind] !== null);
  if (used.length > 1) throw invalid(`Task '${key}' may have only one of ${used.join(', ')}.`);
  const cluster = findText(task, 'job_cluster_key');
  if (cluster !== undefined && !clusters.includes(cluster)) {
    throw invalid(`Job cluster '${cluster}' of task '${key}' is not defined in field 'job_clusters'.`);
  }
  const environment = findText(task, 'environment_key');
  if (environment !== undefined && !environments.includes(environment)) {
    throw invalid(`Environment '${environment}' of task '${key}' is not defined in field 'environments'.`);
  }
  if (task.new_cluster !== undefined) checkCluster(task.new_cluster);
}

function checkClusters(value: unknown): string[] {
  const clusters = toList({ job_clusters: value }, 'job_clusters');
  const keys = clusters.map((cluster) => getText(cluster, 'job_cluster_key'));
  if (new Set(keys).size < keys.length) throw invalid('The keys of job_clusters must be unique.');
  for (const { new_cluster } of clusters) checkCluster(new_cluster);
  return keys;
}

function checkCluster(cluster: unknown): void {
  if (!isFields(cluster)) throw invalid('Missing required field: new_cluster');
  getText(cluster, 'spark_version');
  const isManaged = cluster.policy_id !== undefined || cluster.instance_pool_id !== undefined;
  if (findText(cluster, 'node_type_id') === undefined && !isManaged) {
    throw invalid('Missing required field: new_cluster.node_type_id');
  }
  const isSized =
    findInteger(cluster, 'num_workers') !== undefined || isFields(cluster.autoscale) || cluster.is_single_node === true;
  if (!isSized) throw invalid('Missing required field: settings.cluster_spec.new_cluster.size');
}

function checkParameters(value: unknown): void {
  const parameters = toList({ parameters: value }, 'parameters');
  const names = parameters.map((one) => getText(one, 'name'));
  for (const [index, name] of names.entries()) {
    if (!/^[\w.-]+$/.test(name)) throw invalid(`The parameter name '${name}' may hold only letters, digits, _ - and .`);
    if (names.indexOf(name) !== index) throw invalid(`The parameter name '${name}' is not unique.`);
    if (typeof parameters[index]?.default !== 'string') throw invalid(`Parameter '${name}' needs a default text.`);
  }
}

function checkSchedule(schedule: unknown): void {
  if (schedule === undefined || schedule === null) return;
  if (!isFields(schedule)) throw invalid('The schedule must be an object.');
  const cron = getText(schedule, 'quartz_cron_expression');
  const count = cron.trim().split(/\s+/).length;
  if (count < 6 || count > 7) throw invalid(`Invalid quartz cron expression: ${cron}`);
  const zone = getText(schedule, 'timezone_id');
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw invalid(`Invalid timezone: ${zone}`);
  }
}

function checkGitSource(source: unknown): void {
  if (source === undefined || source === null) return;
  if (!isFields(source)) throw invalid('git_source must be an object.');
  getText(source, 'git_url');
  toProvider(findText(source, 'git_provider') ?? '', 'git_source.git_provider');
  const refs = ['git_branch', 'git_tag', 'git_commit'].filter((name) => findText(source, name) !== undefined);
  if (refs.length > 1) throw invalid(`git_source may have only one of ${refs.join(', ')}.`);
}

function checkTags(tags: unknown): void {
  if (tags === undefined || tags === null) return;
  if (!isFields(tags)) throw invalid('tags must be an object.');
  if (Object.keys(tags).length > 25) throw invalid('A job can have at most 25 tags.');
  if (Object.values(tags).some((value) => typeof value !== 'string')) throw invalid('The value of a tag must be text.');
}

function checkRange(fields: Fields, name: string, least: number, most: number): void {
  const value = findInteger(fields, name);
  if (value !== undefined && (value < least || value > most)) {
    throw invalid(`Invalid value for ${name}: ${value} is not between ${least} and ${most}.`);
  }
}

function toList(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isFields)) throw invalid(`Expected field ${name} to be a list of objects.`);
  return value;
}
