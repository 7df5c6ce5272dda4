import type { Fields } from './body.ts';
import { checkJobSettings } from './job-settings.ts';
import { mergeAccess, parseAccessList, setAccess } from './permissions.ts';
import { invalid } from './service-error.ts';
import type { Job } from './state.ts';
import { type Call, takeId, type World } from './world.ts';

/** A job by id. @throws 400, as the service does, when there is none */
export function getJob(world: World, id: number): Job {
  const job = world.store.data.jobs[id];
  if (!job) throw invalid(`Job ${id} does not exist.`);
  return job;
}

/** Makes a job; names need not be unique. */
export function createJob(call: Call, fields: Fields): Job {
  const { access_control_list, ...settings } = fields;
  checkJobSettings(settings);
  const added = parseAccessList(call, 'jobs', access_control_list);
  const id = takeId(call);
  const createdBy = call.caller.account;
  if (added.length > 0) {
    setAccess(call, 'jobs', id, mergeAccess([{ user_name: createdBy, permission_level: 'IS_OWNER' }], added));
  }
  const job = { id, settings, createdAt: Date.now(), createdBy };
  call.store.data.jobs[id] = job;
  call.store.save();
  return job;
}

/** Replaces all settings, but for `run_as`, which stays when it is left out. */
export function resetJob(call: Call, job: Job, fields: Fields): void {
  const { access_control_list, ...settings } = fields;
  checkJobSettings(settings);
  const added = parseAccessList(call, 'jobs', access_control_list);
  const runAs = settings.run_as ?? job.settings.run_as;
  if (added.length > 0) {
    setAccess(call, 'jobs', job.id, mergeAccess([{ user_name: job.createdBy, permission_level: 'IS_OWNER' }], added));
  }
  put(call, { ...job, settings: runAs === undefined ? settings : { ...settings, run_as: runAs } });
}

/** Replaces the given top-level settings; tasks and job clusters are merged by key. */
export function updateJob(call: Call, job: Job, added: Fields, removed: readonly string[]): void {
  const kept = Object.fromEntries(Object.entries(job.settings).filter(([name]) => !removed.includes(name)));
  const settings: Record<string, unknown> = { ...kept, ...added };
  if (Array.isArray(added.tasks)) settings.tasks = mergeByKey(kept.tasks, added.tasks, 'task_key');
  if (Array.isArray(added.job_clusters)) {
    settings.job_clusters = mergeByKey(kept.job_clusters, added.job_clusters, 'job_cluster_key');
  }
  checkJobSettings(settings);
  put(call, { ...job, settings });
}

/** Removes a job and its permissions; its runs stay. */
export function deleteJob(call: Call, job: Job): void {
  delete call.store.data.jobs[job.id];
  delete call.store.data.permissions[`jobs/${job.id}`];
  call.store.save();
}

/** A job as `get` and `list` show it. */
export function describeJob(job: Job, withTasks: boolean): Record<string, unknown> {
  const settings = toFullSettings(job.settings);
  const { tasks: _tasks, job_clusters: _clusters, environments: _environments, ...short } = settings;
  const runAs = job.settings.run_as as { user_name?: string; service_principal_name?: string } | undefined;
  return {
    job_id: job.id,
    creator_user_name: job.createdBy,
    run_as_user_name: runAs?.service_principal_name ?? runAs?.user_name ?? job.createdBy,
    created_time: job.createdAt,
    settings: withTasks ? settings : short,
  };
}

/** The settings with what the service fills in on reading. */
export function toFullSettings(settings: Fields): Record<string, unknown> {
  const tasks = (settings.tasks ?? []) as readonly Fields[];
  const source = settings.git_source ? 'GIT' : 'WORKSPACE';
  const full = tasks.map((task) => ({
    run_if: 'ALL_SUCCESS',
    timeout_seconds: 0,
    email_notifications: {},
    webhook_notifications: {},
    ...task,
    ...(task.notebook_task ? { notebook_task: { source, ...(task.notebook_task as Fields) } } : {}),
  }));
  return {
    name: 'Untitled',
    email_notifications: {},
    webhook_notifications: {},
    timeout_seconds: 0,
    max_concurrent_runs: 1,
    ...settings,
    ...(tasks.length > 0 ? { tasks: full } : {}),
    format: 'MULTI_TASK',
  };
}

function mergeByKey(old: unknown, added: readonly unknown[], key: string): unknown[] {
  const before = (Array.isArray(old) ? old : []) as Fields[];
  const after = added as Fields[];
  const isReplaced = (one: Fields) => after.some((other) => other?.[key] === one[key]);
  return [...before.filter((one) => !isReplaced(one)), ...after];
}

function put(call: Call, job: Job): void {
  call.store.data.jobs[job.id] = job;
  call.store.save();
}
