import { type Answer, type Call, type Handlers, list, ok } from './call.ts';
import { readCommits } from './commits.ts';
import { ServiceError } from './errors.ts';
import { getPullRequest, repositoryOf, toPullRequestUrl } from './find-pull-request.ts';
import { runGit } from './git.ts';
import { toIdentityRef } from './people.ts';
import type { Iteration, Json, PullRequest } from './state.ts';
import { toGitFolder } from './world.ts';

async function showCommits(call: Call): Promise<Answer> {
  const pullRequest = getPullRequest(call);
  const repository = repositoryOf(call, pullRequest);
  const last = pullRequest.iterations.at(-1);
  if (!last) return list([]);
  const range = `${pullRequest.merge?.target || last.target}..${last.source}`;
  const commits = await readCommits(toGitFolder(call.world, repository), [range]);
  const base = `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}/commits`;
  return list(
    commits.map(({ treeId: _treeId, parents: _parents, ...commit }) => ({
      ...commit,
      url: `${base}/${String(commit.commitId)}`,
    })),
  );
}

function describeIteration(call: Call, pullRequest: PullRequest, iteration: Iteration): Json {
  return {
    id: iteration.id,
    description: '',
    author: toIdentityRef(call, iteration.author),
    createdDate: iteration.date,
    updatedDate: iteration.date,
    sourceRefCommit: { commitId: iteration.source },
    targetRefCommit: { commitId: iteration.target },
    reason: iteration.id === 1 ? 'create' : 'push',
    url: `${toPullRequestUrl(call, pullRequest)}/iterations/${iteration.id}`,
  };
}

function showIterations(call: Call): Answer {
  const pullRequest = getPullRequest(call);
  if (call.params.iterationId === undefined) {
    return list(pullRequest.iterations.map((iteration) => describeIteration(call, pullRequest, iteration)));
  }
  return ok(describeIteration(call, pullRequest, getIteration(call, pullRequest)));
}

function getIteration(call: Call, { iterations }: PullRequest): Iteration {
  const { iterationId } = call.params;
  const iteration = iterations.find(({ id }) => String(id) === iterationId);
  if (iteration) return iteration;
  throw new ServiceError(
    404,
    'GitPullRequestIterationNotFoundException',
    `The iteration ${iterationId} was not found.`,
  );
}

const CHANGES: Readonly<Record<string, string>> = { A: 'add', M: 'edit', D: 'delete', T: 'edit' };

/** Files that an iteration changes against where its branch left the target. */
async function showChanges(call: Call): Promise<Answer> {
  const pullRequest = getPullRequest(call);
  const { source, target } = getIteration(call, pullRequest);
  const folder = toGitFolder(call.world, repositoryOf(call, pullRequest));
  const text = await runGit(folder, ['diff', '--name-status', '--no-renames', '-z', `${target}...${source}`]);
  const parts = text.split('\0').filter((part) => part !== '');
  const changeEntries = parts.flatMap((letter, index) => {
    if (index % 2 === 1) return [];
    const id = index / 2 + 1;
    const item = { path: `/${parts[index + 1] ?? ''}` };
    return [{ changeId: id, changeTrackingId: id, changeType: CHANGES[letter] ?? 'edit', item }];
  });
  return ok({ changeEntries });
}

/** What a pull request brings, and how it came to that. */
export const pullRequestHistoryHandlers: Handlers = {
  pullRequestCommits: { GET: showCommits },
  pullRequestIterations: { GET: showIterations },
  pullRequestIterationChanges: { GET: showChanges },
  pullRequestWorkItems: {
    GET: (call) =>
      list(getPullRequest(call).workItems.map((id) => ({ id, url: `${call.base}/_apis/wit/workItems/${id}` }))),
  },
};
