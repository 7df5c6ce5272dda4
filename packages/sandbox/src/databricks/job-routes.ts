import { type Fields, findFlag, findInteger, findText, getInteger, isFields, readFields, toFields } from './body.ts';
import { createJob, deleteJob, describeJob, getJob, resetJob, updateJob } from './jobs.ts';
import { hasOnJob, requireOnJob } from './object-rights.ts';
import { invalid } from './service-error.ts';
import type { Call, DatabricksRoute } from './world.ts';

/** Both versions answer alike for jobs of up to 100 tasks. */
export const JOBS_APIS = ['/api/2.2/jobs', '/api/2.1/jobs'] as const;

/** `jobs/create`, `get`, `list`, `reset`, `update`, `delete`. */
export const jobRoutes: readonly DatabricksRoute[] = JOBS_APIS.flatMap((api): DatabricksRoute[] => [
  {
    method: 'POST',
    template: `${api}/create`,
    handle: (request, _params, call) => ({ status: 200, body: { job_id: createJob(call, readFields(request)).id } }),
  },
  {
    method: 'GET',
    template: `${api}/get`,
    handle: (request, _params, call) => {
      const job = getJob(call, getInteger(toFields(request.query), 'job_id'));
      requireOnJob(call, job, 'CAN_VIEW');
      return { status: 200, body: describeJob(job, true) };
    },
  },
  {
    method: 'GET',
    template: `${api}/list`,
    handle: (request, _params, call) => ({ status: 200, body: listJobs(call, toFields(request.query)) }),
  },
  {
    method: 'POST',
    template: `${api}/reset`,
    handle: (request, _params, call) => {
      const fields = readFields(request);
      const job = getJob(call, getInteger(fields, 'job_id'));
      requireOnJob(call, job, 'CAN_MANAGE');
      if (!isFields(fields.new_settings)) throw invalid('Missing required field: new_settings');
      resetJob(call, job, fields.new_settings);
      return { status: 200, body: {} };
    },
  },
  {
    method: 'POST',
    template: `${api}/update`,
    handle: (request, _params, call) => {
      const fields = readFields(request);
      const job = getJob(call, getInteger(fields, 'job_id'));
      requireOnJob(call, job, 'CAN_MANAGE');
      const added = isFields(fields.new_settings) ? fields.new_settings : {};
      const removed = Array.isArray(fields.fields_to_remove) ? fields.fields_to_remove.map(String) : [];
      updateJob(call, job, added, removed);
      return { status: 200, body: {} };
    },
  },
  {
    method: 'POST',
    template: `${api}/delete`,
    handle: (request, _params, call) => {
      const job = getJob(call, getInteger(readFields(request), 'job_id'));
      requireOnJob(call, job, 'CAN_MANAGE');
      const active = Object.values(call.store.data.runs).filter(({ jobId }) => jobId === job.id);
      for (const run of active.sort((a, b) => b.id - a.id)) call.runs.cancel(run);
      deleteJob(call, job);
      return { status: 200, body: {} };
    },
  },
]);

/** A page of jobs, newest first; `name` is compared whole, without regard to case. */
function listJobs(call: Call, query: Fields): Record<string, unknown> {
  const name = findText(query, 'name')?.toLowerCase();
  const limit = findInteger(query, 'limit') ?? 20;
  if (limit < 1 || limit > 100) throw invalid(`Invalid limit: ${limit}. The limit must be between 1 and 100.`);
  const before = findInteger(query, 'page_token') ?? Number.POSITIVE_INFINITY;
  const withTasks = findFlag(query, 'expand_tasks');
  const all = Object.values(call.store.data.jobs)
    .filter((job) => hasOnJob(call, job, 'CAN_VIEW'))
    .filter((job) => name === undefined || String(job.settings.name ?? 'Untitled').toLowerCase() === name)
    .filter((job) => job.id < before)
    .sort((a, b) => b.id - a.id);
  const page = all.slice(0, limit);
  const hasMore = all.length > limit;
  return {
    ...(page.length > 0 ? { jobs: page.map((job) => describeJob(job, withTasks)) } : {}),
    has_more: hasMore,
    ...(hasMore ? { next_page_token: String(page.at(-1)?.id) } : {}),
  };
}
