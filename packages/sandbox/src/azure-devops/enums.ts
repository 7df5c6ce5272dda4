import type { Location } from './locations.ts';

/** Names of an enum's values → the numbers that clients may send instead. */
export type EnumTable = Readonly<Record<string, number>>;

/** States of a pull request. */
export const pullRequestStatus = { notSet: 0, active: 1, abandoned: 2, completed: 3, all: 4 } as const;
/** Results of a merge that the service tries by itself. */
export const mergeStatus = {
  notSet: 0,
  queued: 1,
  conflicts: 2,
  succeeded: 3,
  rejectedByPolicy: 4,
  failure: 5,
} as const;
/** How a completed pull request is merged. */
export const mergeStrategy = { noFastForward: 1, squash: 2, rebase: 3, rebaseMerge: 4 } as const;
/** How deep a listing of files goes. */
export const recursionLevel = { none: 0, oneLevel: 1, oneLevelPlusNestedEmptyFolders: 4, full: 120 } as const;
/** What a version text names. */
export const versionType = { branch: 0, tag: 1, commit: 2 } as const;
/** What happens to a file in a commit. */
export const changeType = { add: 1, edit: 2, rename: 8, delete: 16 } as const;
/** How a file's new content is written. */
export const contentType = { rawtext: 0, base64encoded: 1 } as const;
/** States of a comment thread. */
export const threadStatus = {
  unknown: 0,
  active: 1,
  fixed: 2,
  wontFix: 3,
  closed: 4,
  byDesign: 5,
  pending: 6,
} as const;
/** Kinds of comments. */
export const commentType = { unknown: 0, text: 1, codeChange: 2, system: 3 } as const;
/** How far a pull request is from fulfilling a policy. */
export const policyEvaluationStatus = {
  queued: 0,
  running: 1,
  approved: 2,
  rejected: 3,
  notApplicable: 4,
  broken: 5,
} as const;
/** What another system says of a pull request. */
export const gitStatusState = {
  notSet: 0,
  pending: 1,
  succeeded: 2,
  failed: 3,
  error: 4,
  notApplicable: 5,
  partiallySucceeded: 6,
} as const;
/** Whether a definition takes new runs. */
export const queueStatus = { enabled: 0, paused: 1, disabled: 2 } as const;
/** Kinds of triggers of a definition. */
export const triggerType = {
  none: 1,
  continuousIntegration: 2,
  batchedContinuousIntegration: 4,
  schedule: 8,
  gatedCheckIn: 16,
  batchedGatedCheckIn: 32,
  pullRequest: 64,
  buildCompletion: 128,
  all: 255,
} as const;
/** Kinds of definitions. */
export const definitionType = { xaml: 1, build: 2 } as const;
/** Finished definition or draft. */
export const definitionQuality = { definition: 1, draft: 2 } as const;
/** What the token of a run may reach. */
export const authorizationScope = { projectCollection: 1, project: 2 } as const;
/** Order of a list of definitions. */
export const definitionOrder = {
  none: 0,
  lastModifiedAscending: 1,
  lastModifiedDescending: 2,
  definitionNameAscending: 3,
  definitionNameDescending: 4,
} as const;
/** States of a run. */
export const buildStatus = {
  none: 0,
  inProgress: 1,
  completed: 2,
  cancelling: 4,
  postponed: 8,
  notStarted: 32,
  all: 47,
} as const;
/** Results of a run. */
export const buildResult = { none: 0, succeeded: 2, partiallySucceeded: 4, failed: 8, canceled: 32 } as const;
/** Why a run was started. */
export const buildReason = {
  none: 0,
  manual: 1,
  individualCI: 2,
  batchedCI: 4,
  schedule: 8,
  pullRequest: 256,
  buildCompletion: 512,
  resourceTrigger: 1024,
  all: 2031,
} as const;
/** Order of a list of runs. */
export const buildQueryOrder = {
  finishTimeAscending: 2,
  finishTimeDescending: 3,
  queueTimeDescending: 4,
  queueTimeAscending: 5,
  startTimeDescending: 6,
  startTimeAscending: 7,
} as const;
/** States of a line of a run's timeline. */
export const timelineState = { pending: 0, inProgress: 1, completed: 2 } as const;
/** Results of a line of a run's timeline. */
export const taskResult = {
  succeeded: 0,
  succeededWithIssues: 1,
  failed: 2,
  canceled: 3,
  skipped: 4,
  abandoned: 5,
} as const;
/** What can be done with a stage of a run. */
export const stageUpdateType = { cancel: 0, retry: 1, run: 2 } as const;
/** Kinds of what a step reports. */
export const issueType = { error: 1, warning: 2 } as const;
/** Results of looking at a pipeline before it runs. */
export const validationResult = { ok: 0, warning: 1, error: 2 } as const;
/** States of a run in its newer view. */
export const runState = { unknown: 0, inProgress: 1, canceling: 2, completed: 4 } as const;
/** Results of a run in its newer view. */
export const runResult = { unknown: 0, succeeded: 1, failed: 2, canceled: 4 } as const;
/** Who may see a project. */
export const projectVisibility = { private: 0, organization: 1, public: 2 } as const;
/** States of a long-running operation. */
export const operationStatus = { notSet: 0, queued: 1, inProgress: 2, cancelled: 3, succeeded: 4, failed: 5 } as const;

const GIT = {
  gitObjectType: { bad: 0, commit: 1, tree: 2, blob: 3, tag: 4 },
  mergeStatus,
  mergeStrategy,
  changeType,
  visibility: projectVisibility,
  state: { unchanged: -2, deleting: 2, new: 0, wellFormed: 1, createPending: 3 },
} as const;
const BUILD = {
  queueStatus,
  triggerType,
  type: definitionType,
  quality: definitionQuality,
  jobAuthorizationScope: authorizationScope,
  status: buildStatus,
  result: { ...buildResult, ...validationResult },
  reason: buildReason,
  visibility: projectVisibility,
} as const;

/** Which fields of a place's answers are enums, and their numbers. */
export function enumsOf(location: Location): Readonly<Record<string, EnumTable>> {
  switch (location.key) {
    case 'pullRequestThreads':
      return { ...GIT, status: threadStatus, commentType };
    case 'pullRequestComments':
      return { commentType };
    case 'pullRequestStatuses':
      return { state: gitStatusState };
    case 'policyEvaluations':
      return { status: policyEvaluationStatus };
    case 'operations':
      return { status: operationStatus };
    case 'timeline':
      return { state: timelineState, result: taskResult, type: issueType };
    case 'deploymentRecords':
      return { result: taskResult };
    case 'pipelineRuns':
      return { state: runState, result: runResult };
    case 'pipelines':
      return { type: { unknown: 0, yaml: 1, designerJson: 2, justInTime: 3, designerHyphenJson: 2 } };
    default:
  }
  switch (location.area.toLowerCase()) {
    case 'git':
      return { ...GIT, status: pullRequestStatus };
    case 'build':
      return BUILD;
    case 'core':
      return { visibility: projectVisibility, state: GIT.state };
    default:
      return {};
  }
}

/** The name of an enum's value that came as a name in any case, or as a number; `undefined` if it is neither. */
export function findEnumName<Table extends EnumTable>(
  table: Table,
  value: unknown,
): (keyof Table & string) | undefined {
  const text = String(value).toLowerCase();
  return Object.keys(table).find((name) => name.toLowerCase() === text || String(table[name]) === text);
}
