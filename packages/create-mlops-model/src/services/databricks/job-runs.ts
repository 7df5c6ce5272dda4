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
export function makeJobRuns({ get, post }: Pick<ReturnType<typeof makeDatabricksRest>, 'get' | 'post'>) {
  return {
    /** The last 25 runs of a job, oldest first. */
    async listRuns(jobId: number): Promise<readonly JobRun[]> {
      const { runs = [] } = await get<ApiJobRuns>(`2.2/jobs/runs/list?job_id=${jobId}&expand_tasks=true&limit=25`);
      return runs.map((run) => ({ id: run.run_id, taskRunId: run.tasks?.[0]?.run_id ?? run.run_id })).reverse();
    },
    /** Starts a job with some of its parameters changed. @returns the run */
    async startRun(jobId: number, parameters: Readonly<Record<string, string>>): Promise<number> {
      const body = { job_id: jobId, job_parameters: parameters };
      return (await post<{ readonly run_id: number }>('2.2/jobs/run-now', body, false)).run_id;
    },
    /** Whether a run has ended, however. */
    async hasEnded(runId: number): Promise<boolean> {
      const { state } = await get<{ readonly state?: { readonly life_cycle_state?: string } }>(
        `2.2/jobs/runs/get?run_id=${runId}`,
      );
      return ['TERMINATED', 'SKIPPED', 'INTERNAL_ERROR'].includes(state?.life_cycle_state ?? '');
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
