import { type Call, toObject, toText } from './call.ts';
import { findEnumName, mergeStrategy, type policyEvaluationStatus } from './enums.ts';
import { findDefaultBranch, runGit } from './git.ts';
import type { MergeStrategy } from './merge-commits.ts';
import { fitsPaths } from './path-filter.ts';
import { appliesTo } from './policy-scope.ts';
import { POLICY } from './policy-types.ts';
import type { Json, Policy, PullRequest, Repository } from './state.ts';
import { evaluateBuild } from './triggers/evaluate-build.ts';
import { countsAsFulfilled, evaluateMinimumReviewers, evaluateRequiredReviewers } from './vote-policies.ts';
import { toGitFolder } from './world.ts';

/** How far a pull request is from fulfilling a policy. */
export type EvaluationStatus = keyof typeof policyEvaluationStatus;

/** One policy, looked at for one pull request. */
export interface Evaluation {
  readonly policy: Policy;
  readonly status: EvaluationStatus;
  /** What the service tells about the evaluation besides: the run of a build. */
  readonly context?: Json;
  /** When its run was started, and when that ended; absent where there is none. */
  readonly startedDate?: string;
  readonly completedDate?: string;
}

/** Where a pull request lives. */
export type Scene = Pick<Call, 'world' | 'organization'>;

/** All enabled policies of the target branch, as they stand now. */
export async function evaluatePolicies(
  scene: Scene,
  repository: Repository,
  pullRequest: PullRequest,
): Promise<readonly Evaluation[]> {
  const policies = policiesOn(scene, repository, pullRequest);
  if (policies.length === 0) return [];
  const files = await listChangedFiles(scene, repository, pullRequest);
  return policies.map((policy) => evaluate(scene, policy, pullRequest, files));
}

/** What keeps a pull request from being completed. */
export async function findUnfulfilled(
  scene: Scene,
  repository: Repository,
  pullRequest: PullRequest,
): Promise<readonly Policy[]> {
  const evaluations = await evaluatePolicies(scene, repository, pullRequest);
  return evaluations.filter(({ status }) => !countsAsFulfilled(status)).map(({ policy }) => policy);
}

function policiesOn(scene: Scene, repository: Repository, { targetRefName }: PullRequest): readonly Policy[] {
  const defaultBranch = findDefaultBranch(toGitFolder(scene.world, repository));
  return scene.organization.policies.filter(
    (policy) => policy.body.isEnabled && appliesTo(policy, repository, targetRefName, defaultBranch),
  );
}

/** Files that differ between the source and where it left the target; nothing while one of the branches is missing. */
async function listChangedFiles(
  { world }: Scene,
  repository: Repository,
  { merge }: PullRequest,
): Promise<readonly string[]> {
  if (!merge?.source || !merge.target) return [];
  const range = `${merge.target}...${merge.source}`;
  const text = await runGit(toGitFolder(world, repository), ['diff', '--name-only', '--no-renames', '-z', range]);
  return text.split('\0').filter((name) => name !== '');
}

function evaluate(scene: Scene, policy: Policy, pullRequest: PullRequest, files: readonly string[]): Evaluation {
  const { typeId, settings } = policy.body;
  const applies = fitsPaths(toTexts(settings.filenamePatterns), files);
  const as = (status: EvaluationStatus): Evaluation => ({ policy, status: applies ? status : 'notApplicable' });
  switch (typeId) {
    case POLICY.build:
      return toBuildEvaluation(scene, policy, pullRequest, applies);
    case POLICY.minimumReviewers:
      return as(evaluateMinimumReviewers(settings, pullRequest));
    case POLICY.requiredReviewers:
      return as(evaluateRequiredReviewers(settings, pullRequest));
    case POLICY.comments:
      return as(pullRequest.threads.some(isOpenThread) ? 'rejected' : 'approved');
    case POLICY.workItems:
      return as(pullRequest.workItems.length > 0 ? 'approved' : 'rejected');
    case POLICY.mergeStrategy:
      return as(evaluateStrategy(settings, pullRequest));
    case POLICY.status:
      return as(evaluateStatus(settings, pullRequest));
    default:
      throw new Error(`policy ${policy.id} of unknown type ${typeId}`);
  }
}

function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(toText) : [];
}

function toBuildEvaluation(scene: Scene, policy: Policy, pullRequest: PullRequest, applies: boolean): Evaluation {
  const { status, context, validation } = evaluateBuild(scene, policy, pullRequest);
  const startedDate = validation?.startedDate;
  const build = scene.organization.builds.find(({ id }) => id === validation?.buildId);
  return {
    policy,
    status: applies ? status : 'notApplicable',
    context,
    ...(startedDate === undefined ? {} : { startedDate }),
    ...(build?.finishTime === undefined ? {} : { completedDate: build.finishTime }),
  };
}

function isOpenThread({ status, isDeleted }: Json): boolean {
  return isDeleted !== true && (status === 'active' || status === 'pending');
}

const STRATEGY_SETTINGS: readonly (readonly [MergeStrategy, string])[] = [
  ['noFastForward', 'allowNoFastForward'],
  ['squash', 'allowSquash'],
  ['rebase', 'allowRebase'],
  ['rebaseMerge', 'allowRebaseMerge'],
];

/** `useSquashMerge` is how the setting was written before there were four. */
function allowedStrategies(settings: Json): readonly MergeStrategy[] {
  if (settings.useSquashMerge === true) return ['squash'];
  return STRATEGY_SETTINGS.filter(([, name]) => settings[name] === true).map(([strategy]) => strategy);
}

function evaluateStrategy(settings: Json, pullRequest: PullRequest): EvaluationStatus {
  const asked = findStrategy(pullRequest);
  return asked === undefined || allowedStrategies(settings).includes(asked) ? 'approved' : 'rejected';
}

function findStrategy({ completionOptions = {} }: PullRequest): MergeStrategy | undefined {
  if (completionOptions.squashMerge === true) return 'squash';
  return findEnumName(mergeStrategy, completionOptions.mergeStrategy);
}

/** How the pull request is merged: as asked, else in the first way that its policies allow. */
export function toStrategy(scene: Scene, repository: Repository, pullRequest: PullRequest): MergeStrategy {
  const policies = policiesOn(scene, repository, pullRequest).filter(
    ({ body }) => body.typeId === POLICY.mergeStrategy,
  );
  const allowed = STRATEGY_SETTINGS.map(([strategy]) => strategy).find((strategy) =>
    policies.every(({ body }) => allowedStrategies(body.settings).includes(strategy)),
  );
  return findStrategy(pullRequest) ?? allowed ?? 'noFastForward';
}

function evaluateStatus(settings: Json, { statuses, iterations }: PullRequest): EvaluationStatus {
  const last = statuses.findLast((status) => {
    const context = toObject(status.context);
    const isNewest = settings.invalidateOnSourceUpdate !== true || status.iterationId === iterations.at(-1)?.id;
    const genre = settings.statusGenre ?? null;
    return context.name === settings.statusName && (context.genre ?? null) === genre && isNewest;
  });
  switch (last?.state) {
    case 'succeeded':
    case 'notApplicable':
      return 'approved';
    case 'failed':
    case 'error':
      return 'rejected';
    // 1: the policy waits to be called upon by a first status.
    case undefined:
      return settings.policyApplicability === 1 || settings.policyApplicability === 'conditional'
        ? 'notApplicable'
        : 'queued';
    default:
      return 'queued';
  }
}
