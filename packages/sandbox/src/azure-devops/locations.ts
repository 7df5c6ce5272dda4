/** One address of the service, as `OPTIONS _apis` lists it. */
export interface Location {
  /** Name of the place in our own table of handlers. */
  readonly key: LocationKey;
  readonly id: string;
  readonly area: string;
  readonly resourceName: string;
  readonly routeTemplate: string;
  readonly resourceVersion: number;
  readonly minVersion: string;
  readonly maxVersion: string;
  /** `0.0`: only ever in preview. */
  readonly releasedVersion: string;
}

const LATEST = '7.2';

/**
 * Identifiers, casing and templates are those of the service's own answer to `OPTIONS _apis`;
 * clients look addresses up by the identifier, so each must be there.
 * Columns: area, id, resource, template, resource version, first version, released version.
 */
const TABLE = {
  authorizedResources:
    'build 398c85bc-81aa-4822-947c-a194a05f0fef authorizedresources {project}/_apis/{area}/{resource} 1 5.0 0.0',
  builds: 'Build 0cd358e1-9217-4d94-8269-1c1ee6f93dcf Builds {project}/_apis/build/{resource}/{buildId} 7 1.0 7.1',
  artifacts:
    'build 1db06c96-014e-44e1-ac91-90b2d4b3e984 artifacts {project}/_apis/{area}/builds/{buildId}/{resource}/{artifactName} 5 2.0 7.1',
  attachments:
    'build f2192269-89fa-4f94-baf6-8fb128c55159 attachments {project}/_apis/{area}/builds/{buildId}/{resource}/{type} 2 2.0 7.1',
  attachment:
    'build af5122d3-3438-485e-a25a-2dbbfde84ee6 attachments {project}/_apis/{area}/builds/{buildId}/{timelineId}/{recordId}/{resource}/{type}/{name} 2 2.0 7.1',
  buildChanges:
    'build 54572c7b-bbd3-45d4-80dc-28be08941620 changes {project}/_apis/{area}/builds/{buildId}/{resource} 2 2.0 7.1',
  latestBuild:
    'build 54481611-01f4-47f3-998f-160da0f0c229 latest {project}/_apis/{area}/{resource}/{*definition} 1 5.0 0.0',
  buildLogs:
    'build 35a80daf-7f30-45fc-86e8-6b813d9c90df logs {project}/_apis/{area}/builds/{buildId}/{resource}/{logId} 2 2.0 7.1',
  buildTags:
    'build 6e6114b2-8161-44c8-8f6c-c5505782427f tags {project}/_apis/{area}/builds/{buildId}/{resource}/{*tag} 3 2.0 7.1',
  stages:
    'build b8aac6c9-744b-46e1-88fc-3550969f9313 stages {project}/_apis/{area}/builds/{buildId}/{resource}/{stageRefName} 1 5.2 7.1',
  timeline:
    'build 8baac422-4c6e-4de5-8532-db96d92acffa Timeline {project}/_apis/{area}/builds/{buildId}/{resource}/{timelineId} 3 2.0 7.1',
  definitions:
    'Build dbeaf647-6167-421a-bda9-c9327b25e2e6 Definitions {project}/_apis/build/{resource}/{definitionId} 7 1.0 7.1',
  definitionRevisions:
    'build 7c116775-52e5-453e-8c5d-914d9762d8c4 revisions {project}/_apis/{area}/definitions/{definitionId}/{resource} 3 2.0 7.1',
  definitionResources:
    'build ea623316-1967-45eb-89ab-e9e6110cf2d6 resources {project}/_apis/{area}/definitions/{definitionId}/{resource} 1 5.0 0.0',
  folders: 'build a906531b-d2da-4f55-bda7-f3e676cc50d9 folders {project}/_apis/{area}/{resource}/{*path} 2 3.0 0.0',
  generalSettings:
    'build c4aefd19-30ff-405b-80ad-aca021e7242a generalSettings {project}/_apis/{area}/{resource} 1 6.0 7.1',
  members:
    'core 294c494c-2600-4d7e-b76c-3dd50c3c95be members _apis/projects/{projectId}/teams/{teamId}/{resource} 2 1.0 7.1',
  processes: 'core 93878975-88c5-4e6a-8abb-7ddd77a8a7d8 processes _apis/process/{resource}/{*processId} 1 1.0 7.1',
  projects: 'core 603fe2ac-9723-48b9-88ad-09305aa6c6e1 projects _apis/{resource}/{*projectId} 4 1.0 7.1',
  teams: 'core d30a3dd1-f8ba-442a-b86a-bd0c0c383e59 teams _apis/projects/{projectId}/{resource}/{*teamId} 3 1.0 7.1',
  allTeams: 'core 7a4d9ee9-3433-4347-b47a-7a80f1cf307e teams _apis/{resource} 3 4.1 0.0',
  branchStats:
    'git d5b216de-d8d5-4d32-ae76-51df755b16d3 branchStats {project}/_apis/{area}/repositories/{repositoryId}/stats/branches 2 1.0 7.1',
  commits:
    'git c2570c3b-5b3f-41b8-98bf-5407bfde8d58 commits {project}/_apis/{area}/repositories/{repositoryId}/{resource}/{commitId} 2 1.0 7.1',
  items:
    'git fb93c0db-47ed-4a31-8c20-47552878fb44 items {project}/_apis/{area}/repositories/{repositoryId}/{resource}/{*path} 1 1.0 7.1',
  pullRequestReviewers:
    'git 4b6702c7-aa35-4b89-9c96-b9abf6d3e540 pullRequestReviewers {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/reviewers/{reviewerId} 1 1.0 7.1',
  pullRequestThreads:
    'git ab6e2e5d-a0b7-4153-b64a-a4efe0d49449 pullRequestThreads {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/threads/{threadId} 1 3.0 7.1',
  pullRequestComments:
    'git 965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b pullRequestThreadComments {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/threads/{threadId}/comments/{commentId} 1 3.0 7.1',
  pullRequestStatuses:
    'git b5f6bb4f-8d1e-4d79-8d11-4c9172c99c35 pullRequestStatuses {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/statuses/{statusId} 2 3.2 7.1',
  pullRequestLabels:
    'git f22387e3-984e-4c52-9c6d-fbb8f14c812d pullRequestLabels {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/labels/{labelIdOrName} 1 4.1 7.1',
  pullRequestCommits:
    'git 52823034-34a8-4576-922c-8d8b77e9e4c4 pullRequestCommits {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/commits 1 1.0 7.1',
  pullRequestIterations:
    'git d43911ee-6958-46b0-a42b-8445b8a0d004 pullRequestIterations {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/iterations/{iterationId} 2 3.0 7.1',
  pullRequestIterationChanges:
    'git 4216bdcf-b6b1-4d59-8b82-c34cc183fc8b pullRequestIterationChanges {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/iterations/{iterationId}/changes 1 3.0 7.1',
  pullRequestWorkItems:
    'git 0a637fcc-5370-4ce8-b0e8-98091f5f9482 pullRequestWorkItems {project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/workitems 1 3.0 7.1',
  pullRequestById:
    'git 01a46dea-7d46-4d40-bc84-319e7c260d99 pullRequests {project}/_apis/{area}/{resource}/{pullRequestId} 2 3.0 7.1',
  pullRequestsOfProject:
    'git a5d28130-9cd2-40fa-9f08-902e7daa9efb pullRequests {project}/_apis/{area}/{resource} 2 1.0 7.1',
  pullRequests:
    'git 9946fd70-0d40-406e-b686-b4744cbbcc37 pullRequests {project}/_apis/{area}/repositories/{repositoryId}/{resource}/{pullRequestId} 2 1.0 7.1',
  pushes:
    'git ea98d07b-3c87-4971-8ede-a613694ffb55 pushes {project}/_apis/{area}/repositories/{repositoryId}/{resource}/{pushId} 3 1.0 7.1',
  refs: 'git 2d874a60-a811-4f62-9c9f-963a6ea0a55b refs {project}/_apis/{area}/repositories/{repositoryId}/{resource}/{*filter} 2 1.0 7.1',
  repositories:
    'git 225f7195-f9c7-4d14-ab28-a83f7ff77e1f repositories {project}/_apis/{area}/{resource}/{repositoryId} 1 1.0 7.1',
  gitPolicyConfigurations:
    'git 2c420070-a0a2-49cc-9639-c9f271c5ff07 policyConfigurations {project}/_apis/{area}/policy/configurations 1 5.0 7.1',
  connectionData: 'Location 00d9565f-ed9c-4a06-9a50-00e7896ccab4 ConnectionData _apis/{resource} 1 1.0 0.0',
  resourceAreas: 'Location e81700f7-3be2-46de-8624-2eb35882fcaa ResourceAreas _apis/{resource}/{areaId} 1 3.2 0.0',
  pipelines: 'Pipelines 28e1305e-2afe-47bf-abaf-cbb0e6a91988 pipelines {project}/_apis/{area}/{pipelineId} 1 5.1 7.1',
  pipelineRuns:
    'Pipelines 7859261e-d2e9-4a68-b820-a5d84cc5bb3d runs {project}/_apis/{area}/{pipelineId}/{resource}/{runId} 2 5.1 7.1',
  pipelineLogs:
    'pipelines fb1b6d27-3957-43d5-a14b-a2d70403e545 logs {project}/_apis/{area}/{pipelineId}/runs/{runId}/{resource}/{logId} 1 5.1 7.1',
  pipelineArtifacts:
    'pipelines 85023071-bd5e-4438-89b0-2a5bf362a19d artifacts {project}/_apis/{area}/{pipelineId}/runs/{runId}/{resource} 1 5.1 7.1',
  preview:
    'pipelines 53df2d18-29ea-46a9-bee0-933540f80abf preview {project}/_apis/{area}/{pipelineId}/{resource} 2 5.1 7.1',
  policyConfigurations:
    'policy dad91cbe-d183-45f8-9c6e-9c1164472121 configurations {project}/_apis/{area}/{resource}/{configurationId} 1 2.0 7.1',
  policyEvaluations:
    'policy 46aecb7a-5d2c-4647-897b-0209505a9fe4 evaluations {project}/_apis/{area}/{resource}/{evaluationId} 1 2.0 0.0',
  policyEvaluationLists:
    'policy c23ddff5-229c-4d04-a80b-0fdce9f360c8 evaluations {project}/_apis/{area}/{resource} 1 2.0 0.0',
  policyTypes: 'policy 44096322-2d3d-466a-bb30-d1b7de69f61f types {project}/_apis/{area}/{resource}/{typeId} 1 2.0 7.1',
  projectEndpoints:
    'serviceendpoint e85f1c62-adfc-4b74-b618-11a150fb195e endpoints {project}/_apis/{area}/{resource}/{endpointId} 4 4.1 7.1',
  endpoints:
    'serviceendpoint 14e48fdc-2c8b-41ce-a0c3-e26f6cc55bd0 endpoints _apis/{area}/{resource}/{endpointId} 4 5.2 7.1',
  environments:
    'distributedtask 8572b1fc-2482-47fa-8f74-7e3ed53ee54b environments {project}/_apis/{area}/{resource}/{environmentId} 1 5.0 7.1',
  deploymentRecords:
    'distributedtask 51bb5d21-4305-4ea6-9dbb-b7488af73334 environmentdeploymentrecords {project}/_apis/{area}/environments/{environmentId}/{resource} 1 5.0 7.1',
  pipelineEnvironments:
    'environments d86b72de-d240-4d6f-8d06-08c2d66b015d environments {project}/_apis/pipelines/{resource}/{environmentId} 1 5.2 7.1',
  pools: 'distributedtask a8c47e17-4d56-4a56-92bb-de7ea7dc65be pools _apis/{area}/{resource}/{poolId} 1 1.0 7.1',
  queues:
    'distributedtask 900fa995-c559-4923-aae7-f8424fe4fbea queues {project}/_apis/{area}/{resource}/{queueId} 1 2.0 7.1',
  projectVariableGroups:
    'distributedtask f5b09dd5-9d54-45a1-8b5a-1c8287d634cc variablegroups {project}/_apis/{area}/{resource}/{groupId} 2 3.1 7.1',
  variableGroups:
    'distributedtask ef5b7057-ffc3-4c77-bbad-c10b4a4abcc7 variablegroups _apis/{area}/{resource}/{groupId} 2 5.2 7.1',
  operations: 'operations 9a1b74b4-2ca8-4a9f-8470-c2f2e6fdc949 operations _apis/{resource}/{operationId} 1 2.0 7.1',
  pipelinePermissions:
    'pipelinePermissions b5b9a4a4-e6cd-4096-853c-ab7d8b0c4eb2 pipelinePermissions {project}/_apis/pipelines/{resource}/{resourceType}/{resourceId} 1 5.1 0.0',
  checks:
    'PipelinesChecks 86c8381e-5aee-4cde-8ae4-25c0c7f5eaea configurations {project}/_apis/pipelines/checks/{resource}/{id} 1 5.1 0.0',
  checkQueries:
    'PipelinesChecks 5f3d0e64-f943-4584-8811-77eb495e831e queryconfigurations {project}/_apis/pipelines/checks/{resource} 1 5.2 0.0',
  approvals:
    'approval 37794717-f36f-4d78-b2bf-4dc30d0cfbcd approvals {project}/_apis/pipelines/{resource}/{approvalId} 2 5.1 7.1',
  accessControlEntries:
    'Security ac08c8ff-4323-4b08-af90-bcd018d380ce AccessControlEntries _apis/{resource}/{securityNamespaceId} 1 1.0 7.1',
  accessControlLists:
    'Security 18a2ad18-7571-46ae-bec7-0c7da1495885 AccessControlLists _apis/{resource}/{securityNamespaceId} 1 1.0 7.1',
  permissions:
    'Security dd3b8bd6-c7fc-4cbd-929a-933d9c011c9d Permissions _apis/{resource}/{securityNamespaceId}/{permissions} 2 1.0 7.1',
  permissionBatch:
    'Security cf1faa59-1b63-4448-bf04-13d981a46f5d PermissionEvaluationBatch _apis/Security/{resource} 1 3.0 7.1',
  securityNamespaces:
    'Security ce7b9f95-fde9-4be8-a86d-83b366f0b87a SecurityNamespaces _apis/{resource}/{securityNamespaceId} 1 1.0 7.1',
  identities: 'IMS 28010c54-d0c0-4c89-a5b0-1c9e188b9fb7 Identities _apis/{resource}/{identityId} 1 1.0 7.1',
  graphDescriptors:
    'Graph 048aee0a-7072-4cde-ab73-7af77b1e0b4e Descriptors _apis/{area}/{resource}/{storageKey} 1 4.0 0.0',
  graphGroups: 'Graph ebbe6af8-0b91-4c13-8cf1-777c14858188 Groups _apis/{area}/{resource}/{groupDescriptor} 1 3.1 0.0',
  graphUsers: 'Graph 005e26ec-6b77-4e4f-a986-b3827bf241f5 Users _apis/{area}/{resource}/{userDescriptor} 1 3.1 0.0',
  graphMemberships:
    'Graph 3fd2e6ca-fb30-443a-b579-95b19ed0934c Memberships _apis/{area}/{resource}/{subjectDescriptor}/{containerDescriptor} 1 3.1 0.0',
  graphMembershipLists:
    'Graph e34b6394-6b30-4435-94a9-409a5eef3e31 MembershipsBatch _apis/{area}/Memberships/{subjectDescriptor} 1 3.1 0.0',
  graphSubjectLookup: 'Graph 4dd4d168-11f2-48c4-83e8-756fa0de027c SubjectLookup _apis/{area}/{resource} 1 3.1 0.0',
  testRuns: 'Test cadb3810-d47d-4a3c-a234-fe5f3be50138 Runs {project}/_apis/{area}/{resource}/{runId} 3 1.0 7.1',
  testResults:
    'Test 4637d869-3a76-4468-8057-0bb02aa385cf Results {project}/_apis/{area}/Runs/{runId}/{resource}/{testCaseResultId} 6 1.0 7.1',
  // The address that clients of version 5 list the users at.
  userEntitlementList:
    'MemberEntitlementManagement 387f832c-dbf2-4643-88e9-c1aa94dbb737 UserEntitlements _apis/{resource} 3 4.1 7.1',
  userEntitlements:
    'MemberEntitlementManagement 8480c6eb-ce60-47e9-88df-eca3c801638b UserEntitlements _apis/{resource}/{userId} 5 4.1 7.1',
} as const;

/** Name of a place of the service. */
export type LocationKey = keyof typeof TABLE;

/** Every place the sandbox answers. */
export const locations: readonly Location[] = Object.entries(TABLE).map(([key, row]) => {
  const [area = '', id = '', resourceName = '', routeTemplate = '', version, minVersion = '', releasedVersion = ''] =
    row.split(' ');
  return {
    key: key as LocationKey,
    id,
    area,
    resourceName,
    routeTemplate,
    resourceVersion: Number(version),
    minVersion,
    maxVersion: LATEST,
    releasedVersion,
  };
});
