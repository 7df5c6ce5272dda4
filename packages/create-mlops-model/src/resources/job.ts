import type { Address, JobSettings, Resource } from '@create-mlops-model/core';
import type { Databricks, Job } from '../services/databricks.ts';
import { findDifferences } from './compare.ts';
import { makeOldest } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** Address of a job. */
export function jobAddress(name: string): Address {
  return `job:${name}`;
}

/**
 * A Databricks job. Names are not unique there, so ours is known by its tags. The pipelines look for the name alone:
 * a stranger's job that has it is in the way.
 */
export function jobResource(settings: JobSettings, databricks: Databricks): Resource<Job> {
  const isOurs = (job: Job) => findDifferences(settings.tags, job.settings.tags).length === 0;
  const list = async () => (await databricks.listJobs(settings.name)).filter(isOurs);
  return {
    address: jobAddress(settings.name),
    // Its notebook is looked for when it runs.
    needs: [],
    right: RIGHTS.job,
    async read() {
      const jobs = await databricks.listJobs(settings.name);
      return jobs.find(isOurs) ?? jobs[0];
    },
    isOurs,
    diff: (live) => findDifferences(toComparable(settings), toComparable(live.settings)),
    create: () => makeOldest({ make: () => databricks.createJob(settings), list, remove: databricks.removeJob }),
    async update(live) {
      await databricks.resetJob(live.id, settings);
      return { ...live, settings: { ...settings } };
    },
    remove: (live) => databricks.removeJob(live.id),
  };
}

/** The service does not keep the order of parameters. */
function toComparable(settings: object): object {
  const { parameters } = settings as { parameters?: readonly { name: string; default: string }[] };
  const byName = Object.fromEntries((parameters ?? []).map((parameter) => [parameter.name, parameter.default]));
  return { ...settings, parameters: byName };
}
