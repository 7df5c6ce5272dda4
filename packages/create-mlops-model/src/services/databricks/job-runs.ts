import type { makeDatabricksRest } from './rest.ts';

/** A run of a job's notebook that has ended or goes on. */
export interface JobRun {
  readonly id: number;
  /** What the notebook handed to `dbutils.notebook.exit`; absent until it has, and where it failed. */
  readonly result?: string;
}

interface ApiJobRuns {
  readonly runs?: readonly { readonly run_id: number; readonly tasks?: readonly { readonly run_id: number }[] }[];
}

/** Runs of jobs of one task, as all of a model's are. */
export function makeJobRuns({ get }: Pick<ReturnType<typeof makeDatabricksRest>, 'get'>) {
  return {
    /** The newest run of a job. */
    async findLastRun(jobId: number): Promise<JobRun | undefined> {
      const { runs = [] } = await get<ApiJobRuns>(`2.2/jobs/runs/list?job_id=${jobId}&expand_tasks=true&limit=1`);
      const [run] = runs;
      const task = run?.tasks?.[0];
      if (run === undefined || task === undefined) return undefined;
      const output = await get<{ readonly notebook_output?: { readonly result?: string } }>(
        `2.2/jobs/runs/get-output?run_id=${task.run_id}`,
      );
      const result = output.notebook_output?.result;
      return { id: run.run_id, ...(result === undefined ? {} : { result }) };
    },
  };
}
