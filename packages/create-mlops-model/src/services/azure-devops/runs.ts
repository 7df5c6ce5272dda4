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
  /** When it was asked for; ISO 8601. */
  readonly queued: string;
  /** Present once it is completed; ISO 8601. */
  readonly finished?: string;
  /** What the run's own steps have said of it. */
  readonly tags: readonly string[];
}

/** Runs of the project's pipelines. */
export interface PipelineRuns {
  /** Newest first, at most 100. @param branch `main`, or `refs/pull/7/merge` */
  list(branch: string): Promise<readonly PipelineRun[]>;
  /** Runs of one definition on any branch, newest first. @param reason only those of that reason */
  listOf(definitionId: number, count: number, reason?: 'schedule'): Promise<readonly PipelineRun[]>;
  /** Starts a definition on main. */
  start(definitionId: number): Promise<PipelineRun>;
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
    readonly queueTime?: string;
    readonly finishTime?: string;
    readonly tags?: readonly string[];
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
    async listOf(definitionId, count, reason) {
      const only = reason === undefined ? '' : `&reasonFilter=${reason}`;
      const query = `definitions=${definitionId}&queryOrder=queueTimeDescending&$top=${count}${only}`;
      return ((await get<ApiRuns>(`builds?${query}`)).value ?? []).map(toRun);
    },
    async start(definitionId) {
      const { project, rest } = await connect();
      const url = `${encodeURIComponent(project.name)}/_apis/build/builds`;
      const body = { definition: { id: definitionId }, sourceBranch: 'refs/heads/main' };
      return toRun((await rest.call<ApiRun>({ method: 'POST', url, version: '7.1', body })).body);
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

type ApiRun = NonNullable<ApiRuns['value']>[number];

function toRun(build: ApiRun): PipelineRun {
  return {
    id: build.id,
    number: build.buildNumber ?? '',
    pipeline: build.definition?.name ?? '',
    reason: build.reason ?? '',
    status: build.status ?? '',
    ...(build.result === undefined ? {} : { result: build.result }),
    commit: build.sourceVersion ?? '',
    queued: build.queueTime ?? '',
    ...(build.finishTime === undefined ? {} : { finished: build.finishTime }),
    tags: build.tags ?? [],
  };
}
