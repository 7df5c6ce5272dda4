import { expect, test } from 'vitest';
import type { PullRequest } from './state.ts';
import { evaluateMinimumReviewers, evaluateRequiredReviewers } from './vote-policies.ts';

/** A pull request of `author` with two pushes, the second by `helper`, and these votes with the pushes they were for. */
function toPullRequest(votes: Readonly<Record<string, readonly [number, number[]]>>): PullRequest {
  const date = '2026-01-01T00:00:00Z';
  return {
    id: 1,
    projectId: 'p',
    repositoryId: 'r',
    status: 'active',
    createdBy: 'author',
    creationDate: date,
    sourceRefName: 'refs/heads/topic',
    targetRefName: 'refs/heads/main',
    title: 't',
    description: '',
    isDraft: false,
    reviewers: Object.entries(votes).map(([id, [vote, approvedIterations]]) => ({
      id,
      vote,
      approvedIterations,
      isRequired: false,
    })),
    threads: [],
    labels: [],
    iterations: ['author', 'helper'].map((author, index) => ({
      id: index + 1,
      author,
      date,
      source: String(index),
      target: 't',
    })),
    statuses: [],
    workItems: [],
  };
}

test.each([
  [{ requireVoteOnEachIteration: true }, { a: [10, [2]] }, 'running'],
  [{ requireVoteOnEachIteration: true }, { a: [10, [2]], b: [5, [1]] }, 'approved'],
  [{ requireVoteOnLastIteration: true }, { a: [10, [1]] }, 'running'],
  [{ blockLastPusherVote: true }, { helper: [10, [2]] }, 'running'],
  [{ blockLastPusherVote: true }, { a: [10, [2]] }, 'approved'],
  [{}, { helper: [10, [2]] }, 'approved'],
  [{}, { author: [10, [2]] }, 'running'],
] as const)('a minimum of reviewers with %j and the votes %j: %s', (settings, votes, status) => {
  const pullRequest = toPullRequest(votes as never);
  expect(evaluateMinimumReviewers({ minimumApproverCount: 1, ...settings }, pullRequest)).toBe(status);
});

test.each([
  [{}, { a: [10, [2]] }, 'running'],
  [{}, { a: [10, [2]], b: [5, [2]] }, 'approved'],
  [{ minimumApproverCount: 1 }, { a: [10, [2]] }, 'approved'],
  [{}, { a: [10, [2]], b: [-10, []] }, 'rejected'],
  [{ requiredReviewerIds: ['AUTHOR'] }, { author: [10, [2]] }, 'running'],
  [{ requiredReviewerIds: ['AUTHOR'], creatorVoteCounts: true }, { author: [10, [2]] }, 'approved'],
] as const)('required reviewers with %j and the votes %j: %s', (settings, votes, status) => {
  const pullRequest = toPullRequest(votes as never);
  expect(evaluateRequiredReviewers({ requiredReviewerIds: ['a', 'b'], ...settings }, pullRequest)).toBe(status);
});
