import { toObject } from '../call.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Build, Json, Policy, PullRequest } from '../state.ts';
import { isEnabled } from './read-entry.ts';
import type { Validation } from './triggers.ts';

/** How a build validation stands. */
export interface BuildEvaluation {
  readonly status: 'queued' | 'running' | 'approved' | 'rejected' | 'broken' | 'notApplicable';
  /** In the form the service gives it. */
  readonly context: Json;
  /** The newest run; absent before the first one. */
  readonly validation?: Validation;
  /** A newer source, or an expiry, made it count no longer. */
  readonly isStale: boolean;
  readonly isExpired: boolean;
}

/** What the newest run that a build policy asked for says of a pull request. */
export function evaluateBuild(
  { world, organization }: Scene,
  policy: Policy,
  pullRequest: PullRequest,
): BuildEvaluation {
  const { settings } = policy.body;
  const definition = organization.definitions.find(({ id }) => id === settings.buildDefinitionId);
  const validation = pullRequest.validations?.findLast(({ policyId }) => policyId === policy.id);
  const build = validation && organization.builds.find(({ id }) => id === validation.buildId);
  const isCurrent = build !== undefined && validation?.source === pullRequest.iterations.at(-1)?.source;
  const isExpired = isCurrent && hasExpired(settings, pullRequest, validation!, world.clock.now());
  const isStale = !isCurrent || isExpired;
  const found = validation && {
    lastMergeCommitId: validation.merge,
    lastMergeSourceCommitId: validation.source,
    lastMergeTargetCommitId: validation.target,
    buildId: validation.buildId,
    buildStartedUtc: validation.startedDate,
  };
  const context = {
    ...found,
    buildDefinitionId: settings.buildDefinitionId,
    buildDefinitionName: definition?.name ?? null,
    buildIsNotCurrent: validation !== undefined && isStale,
    isExpired,
    buildAfterMerge: false,
    wasAutoRequeued: validation?.isAutomatic === true,
    buildOutputPreview: null,
  };
  const isBroken = !definition || !isEnabled(definition);
  const status = pullRequest.isDraft ? 'notApplicable' : isBroken ? 'broken' : isStale ? 'queued' : toStatus(build!);
  return { status, context, ...(validation ? { validation } : {}), isStale, isExpired };
}

/** A run with warnings is good enough; one that was cancelled is not. */
function toStatus({ status, result }: Build): BuildEvaluation['status'] {
  switch (status) {
    case 'notStarted':
      return 'queued';
    case 'inProgress':
    case 'cancelling':
      return 'running';
    case 'completed':
      return result === 'succeeded' || result === 'partiallySucceeded' ? 'approved' : 'rejected';
  }
}

/**
 * A run counts no longer once the target has moved: at once where the policy looks at the target too
 * (`queueOnSourceUpdateOnly: false`), else `validDuration` minutes after its start, and with 0 minutes never.
 */
function hasExpired(settings: Json, { merge }: PullRequest, validation: Validation, now: Date): boolean {
  if (!merge || merge.target === validation.target) return false;
  if (toObject(settings).queueOnSourceUpdateOnly !== true) return true;
  const minutes = Number(settings.validDuration ?? 0) || 0;
  return minutes > 0 && now.getTime() - Date.parse(validation.startedDate) > minutes * 60_000;
}
