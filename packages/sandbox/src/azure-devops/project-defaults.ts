/** Ways of working that a project can start from; their identifiers are the same everywhere. */
export const PROCESSES = [
  { id: '6b724908-ef14-45cf-84f8-768b5384da45', name: 'Scrum', isDefault: false },
  { id: 'b8a3a935-7e91-48b8-a94c-606d37c3e9f2', name: 'Basic', isDefault: true },
  { id: 'adcc42ab-9882-485e-a3ed-7678f01f66bc', name: 'Agile', isDefault: false },
  { id: '27450541-8e31-4150-9947-dc59f998fc01', name: 'CMMI', isDefault: false },
] as const;

/** The one that a project gets if it asks for none. */
export const DEFAULT_PROCESS = 'b8a3a935-7e91-48b8-a94c-606d37c3e9f2';

/** What a new project's pipelines may do, as the service sets it up today. */
export const GENERAL_SETTINGS = {
  enforceReferencedRepoScopedToken: true,
  disableClassicPipelineCreation: true,
  disableClassicBuildPipelineCreation: true,
  disableClassicReleasePipelineCreation: true,
  forkProtectionEnabled: true,
  buildsEnabledForForks: false,
  enforceJobAuthScopeForForks: true,
  enforceNoAccessToSecretsFromForks: true,
  isCommentRequiredForPullRequest: true,
  requireCommentsForNonTeamMembersOnly: false,
  requireCommentsForNonTeamMemberAndNonContributors: false,
  enableShellTasksArgsSanitizing: false,
  enableShellTasksArgsSanitizingAudit: false,
  disableImpliedYAMLCiTrigger: false,
  statusBadgesArePrivate: true,
  enforceSettableVar: true,
  enforceJobAuthScope: true,
  enforceJobAuthScopeForReleases: true,
  publishPipelineMetadata: false,
};
