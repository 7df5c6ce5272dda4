import type { Connect } from './session.ts';

/** One run of a pipeline. */
export interface PipelineRun {
  readonly id: number;
  /** As people see it: `20261122.1`. */
  readonly number: string;
  /** The pipeline's name. */
  readonly pipeline: string;
  /** `pullRequest`, `schedule`, `individualCI`, `resourceTrigger`, `manual` … */
  readonly reason: string;
  readonly status: 'notStarted' | 'inProgress' | 'cancelling' | 'postponed' | 'completed' | (string & {});
  /** Present once it is completed. */
  readonly result?: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled' | (string & {});
  /** Commit that it runs on; of a pull request, the merge of branch and main. */
  readonly commit: string;
}

/** Runs of the project's pipelines. */
export interface PipelineRuns {
  /** Newest first, at most 100. @param branch `main`, or `refs/pull/7/merge` */
  list(branch: string): Promise<readonly PipelineRun[]>;
  /** Where a run failed and what was said there; `undefined` where nothing did. */
  findFailure(id: number): Promise<{ readonly step: string; readonly message: string } | undefined>;
}

interface ApiRuns {
  readonly value?: readonly {
    readonly id: number;
    readonly buildNumber?: string;
    readonly definition?: { readonly name?: string };
    readonly reason?: string;
    readonly status?: string;
    readonly result?: string;
    readonly sourceVersion?: string;
  }[];
}

interface ApiTimeline {
  readonly records?: readonly {
    readonly type?: string;
    readonly name?: string;
    readonly result?: string | null;
    readonly issues?: readonly { readonly type?: string; readonly message?: string }[] | null;
  }[];
}

/** The real ones. */
export function makePipelineRuns(connect: Connect): PipelineRuns {
  const get = async <Body>(path: string): Promise<Body> => {
    const { project, rest } = await connect();
    const url = `${encodeURIComponent(project.name)}/_apis/build/${path}`;
    return (await rest.call<Body>({ method: 'GET', url, version: '7.1' })).body;
  };
  return {
    async list(branch) {
      const name = branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
      const query = `branchName=${encodeURIComponent(name)}&queryOrder=queueTimeDescending&$top=100`;
      return ((await get<ApiRuns>(`builds?${query}`)).value ?? []).map(toRun);
    },
    async findFailure(id) {
      const { records = [] } = await get<ApiTimeline>(`builds/${id}/timeline`);
      // A stage and a job fail because a step in them did; where none did, they say why themselves.
      const failed = records.filter(({ result }) => result === 'failed' || result === 'canceled');
      const at = failed.find(({ type }) => type === 'Task') ?? failed.find(({ issues }) => (issues ?? []).length > 0);
      const said = (at ?? failed[0])?.issues?.find(({ type }) => type === 'error')?.message;
      return failed.length === 0 ? undefined : { step: (at ?? failed[0])?.name ?? '', message: said ?? '' };
    },
  };
}

function toRun(build: NonNullable<ApiRuns['value']>[number]): PipelineRun {
  return {
    id: build.id,
    number: build.buildNumber ?? '',
    pipeline: build.definition?.name ?? '',
    reason: build.reason ?? '',
    status: build.status ?? '',
    ...(build.result === undefined ? {} : { result: build.result }),
    commit: build.sourceVersion ?? '',
  };
}
