import type { makeDatabricksRest } from './rest.ts';

/** A run of a job of one task, as all of a model's are. */
export interface JobRun {
  readonly id: number;
  /** The run of its task, which holds the output. */
  readonly taskRunId: number;
}

interface ApiJobRuns {
  readonly runs?: readonly { readonly run_id: number; readonly tasks?: readonly { readonly run_id: number }[] }[];
}

/** Runs of jobs. */
export function makeJobRuns({ get }: Pick<ReturnType<typeof makeDatabricksRest>, 'get'>) {
  return {
    /** The last 25 runs of a job, oldest first. */
    async listRuns(jobId: number): Promise<readonly JobRun[]> {
      const { runs = [] } = await get<ApiJobRuns>(`2.2/jobs/runs/list?job_id=${jobId}&expand_tasks=true&limit=25`);
      return runs.map((run) => ({ id: run.run_id, taskRunId: run.tasks?.[0]?.run_id ?? run.run_id })).reverse();
    },
    /** What the notebook handed to `dbutils.notebook.exit`; `undefined` until it has, and where it failed. */
    async findResult({ taskRunId }: JobRun): Promise<string | undefined> {
      const output = await get<{ readonly notebook_output?: { readonly result?: string } }>(
        `2.2/jobs/runs/get-output?run_id=${taskRunId}`,
      );
      return output.notebook_output?.result;
    },
  };
}
