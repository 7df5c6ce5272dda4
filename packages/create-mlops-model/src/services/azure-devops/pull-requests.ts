import type { GitPullRequest } from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import type { Connect, Session } from './session.ts';

/** A pull request into main that is open. */
export interface PullRequest {
  readonly id: number;
  readonly title: string;
  /** Branch that is to be merged, without `refs/heads/`. */
  readonly branch: string;
}

/** What a pull request says. */
export interface PullRequestSpec {
  readonly title: string;
  /** Markdown, at most 4000 characters. */
  readonly description: string;
}

/** Pull requests into main. */
export interface PullRequests {
  /** Open ones, newest first. */
  listActive(repositoryId: string): Promise<readonly PullRequest[]>;
  /** @throws ServiceError `GitPullRequestExistsException` */
  create(repositoryId: string, branch: string, spec: PullRequestSpec): Promise<PullRequest>;
  /** Changes what it says. */
  update(repositoryId: string, id: number, spec: PullRequestSpec): Promise<PullRequest>;
}

/** Number of node-api's enum that we send. */
const ACTIVE = 1;
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
    create: (repositoryId, branch, spec) =>
      withSession(async ({ clients, project }) => {
        const wanted = { ...spec, sourceRefName: `refs/heads/${branch}`, targetRefName: MAIN };
        return toPullRequest(await clients.git.createPullRequest(wanted, repositoryId, project.id));
      }),
    update: (repositoryId, id, spec) =>
      withSession(async ({ clients, project }) =>
        toPullRequest(await clients.git.updatePullRequest({ ...spec }, repositoryId, id, project.id)),
      ),
  };
}

function toPullRequest(answer: GitPullRequest): PullRequest {
  return {
    id: answer.pullRequestId ?? 0,
    title: answer.title ?? '',
    branch: (answer.sourceRefName ?? '').replace(/^refs\/heads\//, ''),
  };
}
