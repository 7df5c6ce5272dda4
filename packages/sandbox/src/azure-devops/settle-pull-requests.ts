import { completePullRequest, finishLanding } from './complete-pull-request.ts';
import { repositoryOf } from './find-pull-request.ts';
import { findDefaultBranch, findRef, runGit, tryGit } from './git.ts';
import { mergeCommits } from './merge-commits.ts';
import { appliesTo } from './policy-scope.ts';
import { POLICY } from './policy-types.ts';
import { evaluatePolicies, type Scene } from './pull-request-policies.ts';
import type { Merge, Policy, PullRequest, Repository } from './state.ts';
import { mayNeedValidation, startValidations } from './triggers/build-validation.ts';
import { notePush } from './triggers/note-push.ts';
import { settleTriggers } from './triggers/settle-triggers.ts';
import { resetVotes, toReviewerIds } from './vote-policies.ts';
import { toGitFolder, type World } from './world.ts';

/**
 * Does in the background what the service does there: tries the merges of open pull requests anew, starts their build
 * validations, completes those that are asked to be completed, and starts what all of this starts. Nothing of it is
 * kept but in the state, so a start goes on where a kill left off.
 */
export function settlePullRequests(world: World): void {
  const scenes = world.store.data.organizations.map((organization) => ({ world, organization }));
  if (scenes.some(hasWork)) settleInTurn(world, scenes);
  else settleTriggers(world);
}

function settleInTurn(world: World, scenes: readonly Scene[]): void {
  world
    .inTurn(async () => {
      for (const scene of scenes) await settleAll(scene);
    })
    // What was completed has moved its target, and that is a push.
    .then(() => settleTriggers(world), report);
}

/** Nobody waits for what happens in the background, so its errors go where the sandbox is watched. */
function report(error: unknown): void {
  process.stderr.write(`The pull requests could not be settled: ${String(error)}\n`);
}

function hasWork(scene: Scene): boolean {
  return openOnes(scene).some(
    (one) =>
      isStale(scene, one) ||
      one.completing !== undefined ||
      one.autoCompleteSetBy !== undefined ||
      mayNeedValidation(scene, repositoryOf(scene, one), one),
  );
}

function openOnes({ organization }: Scene): readonly PullRequest[] {
  return organization.pullRequests.filter(({ status }) => status === 'active');
}

async function settleAll(scene: Scene): Promise<void> {
  // What is completed moves a target, which makes the merges of others stale.
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (const pullRequest of openOnes(scene)) {
      await settle(scene, pullRequest).catch(report);
      if (pullRequest.status !== 'active') isDone = false;
    }
  }
}

async function settle(scene: Scene, pullRequest: PullRequest): Promise<void> {
  const repository = repositoryOf(scene, pullRequest);
  if (repository.isDisabled) return;
  await finishLanding(scene, repository, pullRequest);
  if (pullRequest.status !== 'active') return;
  if (isStale(scene, pullRequest)) await tryMerge(scene, repository, pullRequest);
  await addRequiredReviewers(scene, repository, pullRequest);
  await startValidations(scene, repository, pullRequest);
  await completePullRequest(scene, repository, pullRequest);
}

/** Where the two branches are now. */
export function readHeads(scene: Scene, pullRequest: PullRequest): { source: string; target: string } {
  const folder = toGitFolder(scene.world, repositoryOf(scene, pullRequest));
  const read = (ref: string) => findRef(folder, ref) ?? '';
  return { source: read(pullRequest.sourceRefName), target: read(pullRequest.targetRefName) };
}

/** Whether the last merge was tried with other commits than those of now. */
export function isStale(scene: Scene, pullRequest: PullRequest): boolean {
  const { source, target } = readHeads(scene, pullRequest);
  return pullRequest.merge?.source !== source || pullRequest.merge.target !== target;
}

async function tryMerge(scene: Scene, repository: Repository, pullRequest: PullRequest): Promise<void> {
  const folder = toGitFolder(scene.world, repository);
  const heads = readHeads(scene, pullRequest);
  // Only a kill between a push and the state leaves a head that nobody is known to have pushed.
  noteHead(scene, repository, pullRequest, pullRequest.createdBy);
  const ref = `refs/pull/${pullRequest.id}/merge`;
  const merge = await toMerge(scene, folder, pullRequest, heads);
  pullRequest.merge = merge;
  if (merge.commitId !== undefined) await runGit(folder, ['update-ref', ref, merge.commitId]);
  else await tryGit(folder, ['update-ref', '-d', ref]);
}

async function toMerge(
  { world }: Scene,
  folder: string,
  { id, createdBy, sourceRefName, targetRefName }: PullRequest,
  heads: { source: string; target: string },
): Promise<Merge> {
  if (heads.source === '' || heads.target === '') {
    return { ...heads, status: 'failure', message: 'The source or the target branch no longer exists.' };
  }
  const [from, into] = [sourceRefName, targetRefName].map((ref) => ref.replace('refs/heads/', ''));
  const person = world.identities().find((identity) => identity.id === createdBy);
  try {
    const commitId = await mergeCommits(folder, {
      ...heads,
      strategy: 'noFastForward',
      message: `Merge pull request ${id} from ${from} into ${into}`,
      author: { name: person?.displayName ?? createdBy, email: person?.account ?? createdBy },
    });
    return commitId === undefined ? { ...heads, status: 'conflicts' } : { ...heads, status: 'succeeded', commitId };
  } catch (error) {
    return { ...heads, status: 'failure', message: (error as Error).message };
  }
}

/** Writes a new head of the source down, and takes back the votes that the policies say do not hold for it. */
export function noteHead(scene: Scene, repository: Repository, pullRequest: PullRequest, author: string): void {
  const heads = readHeads(scene, pullRequest);
  const last = pullRequest.iterations.at(-1);
  if (heads.source === '' || heads.source === last?.source) return;
  const id = (last?.id ?? 0) + 1;
  pullRequest.iterations.push({ id, author, date: new Date().toISOString(), ...heads });
  const counted = policiesOf(scene, repository, pullRequest, POLICY.minimumReviewers);
  resetVotes(
    counted.map(({ body }) => body.settings),
    pullRequest,
  );
}

/** After a push: the open pull requests whose source moved have a new iteration, and triggers are to look at it. */
export function noteMoved(scene: Scene, repository: Repository, refs: readonly string[], author: string): void {
  notePush(scene, repository, refs, author);
  for (const pullRequest of openOnes(scene)) {
    if (pullRequest.repositoryId !== repository.id || !refs.includes(pullRequest.sourceRefName)) continue;
    noteHead(scene, repository, pullRequest, author);
  }
}

function policiesOf(
  { world, organization }: Scene,
  repository: Repository,
  { targetRefName }: PullRequest,
  typeId: string,
): readonly Policy[] {
  const defaultBranch = findDefaultBranch(toGitFolder(world, repository));
  return organization.policies.filter(
    ({ body, ...rest }) =>
      body.isEnabled &&
      body.typeId === typeId &&
      appliesTo({ body, ...rest }, repository, targetRefName, defaultBranch),
  );
}

async function addRequiredReviewers(scene: Scene, repository: Repository, pullRequest: PullRequest): Promise<void> {
  if (policiesOf(scene, repository, pullRequest, POLICY.requiredReviewers).length === 0) return;
  for (const { policy, status } of await evaluatePolicies(scene, repository, pullRequest)) {
    if (policy.body.typeId !== POLICY.requiredReviewers || status === 'notApplicable') continue;
    for (const id of toReviewerIds(policy.body.settings)) {
      if (pullRequest.reviewers.some((reviewer) => reviewer.id === id)) continue;
      const isRequired = policy.body.isBlocking;
      pullRequest.reviewers.push({ id, vote: 0, isRequired, approvedIterations: [] });
    }
  }
}
