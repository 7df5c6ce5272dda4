import type { GitPullRequest } from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import type { Connect, Session } from './session.ts';

/** A pull request into main that is open. */
export interface PullRequest {
  readonly id: number;
  readonly title: string;
  /** Branch that is to be merged, without `refs/heads/`. */
  readonly branch: string;
}

/** How the newest pull request of a branch stands. */
export interface PullRequestState extends PullRequest {
  readonly status: 'active' | 'completed' | 'abandoned';
  /** Tip of its branch, as the pull request last saw it: what was merged, once it is completed. */
  readonly source: string;
  /** The commit that it made on main; present once it is completed. */
  readonly merged?: string;
}

/** What a pull request says. */
export interface PullRequestSpec {
  readonly title: string;
  /** Markdown, at most 4000 characters. */
  readonly description: string;
  /** Not to be merged yet; its checks do not run. Absent: as it is. */
  readonly isDraft?: boolean;
}

/** Pull requests into main. */
export interface PullRequests {
  /** Open ones, newest first. */
  listActive(repositoryId: string): Promise<readonly PullRequest[]>;
  /** The newest one of a branch, whatever became of it. */
  findNewest(repositoryId: string, branch: string): Promise<PullRequestState | undefined>;
  /** @throws ServiceError `GitPullRequestExistsException` */
  create(repositoryId: string, branch: string, spec: PullRequestSpec): Promise<PullRequest>;
  /** Votes for it as the caller. */
  approve(repositoryId: string, id: number): Promise<void>;
  /** Asks for its merge by squash; the service merges a moment after its answer. @param source what is to be merged @throws ServiceError where a policy is not met */
  complete(repositoryId: string, id: number, source: string): Promise<void>;
  /** Changes what it says. */
  update(repositoryId: string, id: number, spec: PullRequestSpec): Promise<PullRequest>;
}

/** Number of node-api's enum that we send. */
const ACTIVE = 1;
const ALL = 4;
const COMPLETED = 3;
const SQUASH = 2;
const APPROVED = 10;
const MAIN = 'refs/heads/main';

/** The real ones. */
export function makePullRequests(connect: Connect): PullRequests {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  return {
    listActive: (repositoryId) =>
      withSession(async ({ clients, project }) => {
        const criteria = { status: ACTIVE, targetRefName: MAIN };
        return (await clients.git.getPullRequests(repositoryId, criteria, project.id)).map(toPullRequest);
      }),
    findNewest: (repositoryId, branch) =>
      withSession(async ({ clients, project }) => {
        const criteria = { status: ALL, sourceRefName: `refs/heads/${branch}`, targetRefName: MAIN };
        const found = await clients.git.getPullRequests(repositoryId, criteria, project.id);
        const newest = [...found].sort((a, b) => (b.pullRequestId ?? 0) - (a.pullRequestId ?? 0))[0];
        return newest && { ...toPullRequest(newest), ...toState(newest) };
      }),
    create: (repositoryId, branch, spec) =>
      withSession(async ({ clients, project }) => {
        const wanted = { ...spec, sourceRefName: `refs/heads/${branch}`, targetRefName: MAIN };
        return toPullRequest(await clients.git.createPullRequest(wanted, repositoryId, project.id));
      }),
    approve: (repositoryId, id) =>
      withSession(async ({ clients, project, user }) => {
        await clients.git.createPullRequestReviewer({ vote: APPROVED }, repositoryId, id, user.id, project.id);
      }),
    complete: (repositoryId, id, source) =>
      withSession(async ({ clients, project }) => {
        const wanted = {
          status: COMPLETED,
          lastMergeSourceCommit: { commitId: source },
          completionOptions: { mergeStrategy: SQUASH, deleteSourceBranch: false },
        };
        await clients.git.updatePullRequest(wanted, repositoryId, id, project.id);
      }),
    update: (repositoryId, id, spec) =>
      withSession(async ({ clients, project }) =>
        toPullRequest(await clients.git.updatePullRequest({ ...spec }, repositoryId, id, project.id)),
      ),
  };
}

/** Statuses as node-api's enum numbers them. */
const STATUSES = { 1: 'active', 2: 'abandoned', 3: 'completed' } as const;

function toState(answer: GitPullRequest): Omit<PullRequestState, keyof PullRequest> {
  const status = STATUSES[answer.status as keyof typeof STATUSES] ?? 'active';
  const merged = status === 'completed' ? answer.lastMergeCommit?.commitId : undefined;
  return {
    status,
    source: answer.lastMergeSourceCommit?.commitId ?? '',
    ...(merged === undefined ? {} : { merged }),
  };
}

function toPullRequest(answer: GitPullRequest): PullRequest {
  return {
    id: answer.pullRequestId ?? 0,
    title: answer.title ?? '',
    branch: (answer.sourceRefName ?? '').replace(/^refs\/heads\//, ''),
  };
}
