import { findDefaultBranch } from '../git.ts';
import { appliesTo } from '../policy-scope.ts';
import { POLICY } from '../policy-types.ts';
import { evaluatePolicies, type Scene } from '../pull-request-policies.ts';
import { queueRun } from '../runs/queue-run.ts';
import type { Policy, PullRequest, Repository } from '../state.ts';
import { countsAsFulfilled } from '../vote-policies.ts';
import { toGitFolder } from '../world.ts';
import { evaluateBuild } from './evaluate-build.ts';
import { SERVICE_ID } from './triggers.ts';

/** Whether a build policy may want a run for a pull request; a quick look, without its files. */
export function mayNeedValidation(scene: Scene, repository: Repository, pullRequest: PullRequest): boolean {
  const defaultBranch = findDefaultBranch(toGitFolder(scene.world, repository));
  return scene.organization.policies.some(
    (policy) =>
      policy.body.isEnabled &&
      policy.body.typeId === POLICY.build &&
      appliesTo(policy, repository, pullRequest.targetRefName, defaultBranch) &&
      needsRun(evaluateBuild(scene, policy, pullRequest)),
  );
}

function needsRun({ status, isStale }: { readonly status: string; readonly isStale: boolean }): boolean {
  return status === 'queued' && isStale;
}

/** Starts the runs that build policies want for the newest source of a pull request, on its merge with the target. */
export async function startValidations(scene: Scene, repository: Repository, pullRequest: PullRequest): Promise<void> {
  if (pullRequest.isDraft || pullRequest.merge?.status !== 'succeeded') return;
  const evaluations = await evaluatePolicies(scene, repository, pullRequest);
  for (const { policy, status } of evaluations.filter(({ policy }) => policy.body.typeId === POLICY.build)) {
    const evaluation = evaluateBuild(scene, policy, pullRequest);
    if (status !== 'queued' || !needsRun(evaluation)) continue;
    cancelOlder(scene, policy, pullRequest);
    if (policy.body.settings.manualQueueOnly === true) continue;
    if (!evaluation.isExpired) await startValidation(scene, pullRequest, policy, false);
    else if (mayRenew(pullRequest, evaluation.validation?.isAutomatic)) {
      const others = evaluations.filter((other) => other.policy !== policy);
      if (others.every((other) => countsAsFulfilled(other.status)))
        await startValidation(scene, pullRequest, policy, true);
    }
  }
}

/** An expired run is renewed for automatic completion alone, if nothing else is in the way, and only once. */
function mayRenew({ autoCompleteSetBy }: PullRequest, wasAutomatic: boolean | undefined): boolean {
  return autoCompleteSetBy !== undefined && wasAutomatic !== true;
}

/** Nobody waits any longer for the result of a run on a source that has been replaced. */
function cancelOlder({ world, organization }: Scene, policy: Policy, pullRequest: PullRequest): void {
  const source = pullRequest.iterations.at(-1)?.source;
  for (const validation of pullRequest.validations ?? []) {
    if (validation.policyId !== policy.id || validation.source === source) continue;
    const build = organization.builds.find(({ id }) => id === validation.buildId);
    if (!build || build.status === 'completed' || build.status === 'cancelling') continue;
    build.status = 'cancelling';
    build.canceledBy = SERVICE_ID;
    world.runs.cancel(organization, build);
  }
}

/** Starts the run of one build policy. Must be called in turn. */
export async function startValidation(
  { world, organization }: Scene,
  pullRequest: PullRequest,
  policy: Policy,
  isAutomatic: boolean,
): Promise<void> {
  const definition = organization.definitions.find(({ id }) => id === policy.body.settings.buildDefinitionId);
  const { merge } = pullRequest;
  if (!definition || merge?.commitId === undefined) return;
  const build = await queueRun(world, {
    organization,
    definition,
    reason: 'pullRequest',
    branch: `refs/pull/${pullRequest.id}/merge`,
    commitId: merge.commitId,
    requestedBy: SERVICE_ID,
    requestedFor: pullRequest.iterations.at(-1)?.author ?? pullRequest.createdBy,
    parameters: {},
    variables: {},
    triggerInfo: toTriggerInfo(pullRequest),
    predefined: toPredefined({ world, organization }, pullRequest),
    pipelineRuns: {},
  });
  const startedDate = world.clock.now().toISOString();
  const { source, target, commitId } = merge;
  pullRequest.validations ??= [];
  pullRequest.validations.push({
    policyId: policy.id,
    buildId: build.id,
    source,
    target,
    merge: commitId,
    startedDate,
    isAutomatic,
  });
}

function toTriggerInfo({ id, sourceRefName, merge, title, isDraft, repositoryId }: PullRequest) {
  return {
    'pr.sourceBranch': sourceRefName,
    'pr.sourceSha': merge?.source ?? '',
    'pr.id': String(id),
    'pr.title': title,
    'pr.number': String(id),
    'pr.isFork': 'False',
    'pr.draft': isDraft ? 'True' : 'False',
    'pr.triggerRepository': repositoryId,
    'pr.triggerRepository.Type': 'TfsGit',
  };
}

/** Variables of a run for a pull request (MicrosoftDocs build/variables, system variables). */
function toPredefined({ world, organization }: Scene, pullRequest: PullRequest): Readonly<Record<string, string>> {
  const { id, sourceRefName, targetRefName, iterations, merge } = pullRequest;
  const repository = organization.repositories.find((each) => each.id === pullRequest.repositoryId);
  const project = organization.projects.find((each) => each.id === pullRequest.projectId);
  const path = [organization.name, project?.name ?? '', '_git', repository?.name ?? ''].map(encodeURIComponent);
  return {
    'System.PullRequest.IsFork': 'False',
    'System.PullRequest.PullRequestId': String(id),
    'System.PullRequest.PullRequestIteration': String(iterations.at(-1)?.id ?? 1),
    'System.PullRequest.SourceBranch': sourceRefName,
    'System.PullRequest.SourceCommitId': merge?.source ?? '',
    'System.PullRequest.SourceRepositoryURI': `${world.origin()}/${path.join('/')}`,
    'System.PullRequest.TargetBranch': targetRefName,
    'System.PullRequest.TargetBranchName': targetRefName.replace('refs/heads/', ''),
  };
}
