import { buildHandlers } from './builds.ts';
import type { Handlers } from './call.ts';
import { checkHandlers } from './checks.ts';
import { commitHandlers } from './commits.ts';
import { definitionHandlers } from './definitions.ts';
import { discoveryHandlers } from './discovery.ts';
import { environmentHandlers } from './environments.ts';
import { folderHandlers } from './folders.ts';
import { approvalHandlers } from './gates/approval-routes.ts';
import { graphHandlers } from './graph.ts';
import { identityHandlers } from './identity-search.ts';
import { itemHandlers } from './items.ts';
import { pipelinePermissionHandlers } from './pipeline-permissions.ts';
import { pipelineHandlers } from './pipelines.ts';
import { policyHandlers } from './policies.ts';
import { policyEvaluationHandlers } from './policy-evaluations.ts';
import { previewHandlers } from './preview.ts';
import { projectPartHandlers } from './project-parts.ts';
import { projectHandlers } from './projects.ts';
import { pullRequestHistoryHandlers } from './pull-request-history.ts';
import { pullRequestLabelHandlers } from './pull-request-labels.ts';
import { pullRequestReviewerHandlers } from './pull-request-reviewers.ts';
import { pullRequestStatusHandlers } from './pull-request-statuses.ts';
import { pullRequestThreadHandlers } from './pull-request-threads.ts';
import { pullRequestHandlers } from './pull-requests.ts';
import { pushHandlers } from './pushes.ts';
import { queueHandlers } from './queues.ts';
import { refHandlers } from './refs.ts';
import { repositoryHandlers } from './repositories.ts';
import { artifactHandlers } from './runs/artifact-routes.ts';
import { attachmentHandlers } from './runs/attachment-routes.ts';
import { deploymentHandlers } from './runs/deployment-routes.ts';
import { logHandlers } from './runs/log-routes.ts';
import { pipelineRunHandlers } from './runs/pipeline-runs.ts';
import { stageHandlers } from './runs/retry-stage.ts';
import { runPartHandlers } from './runs/run-parts.ts';
import { testHandlers } from './runs/test-routes.ts';
import { securityHandlers } from './security.ts';
import { serviceEndpointHandlers } from './service-endpoints.ts';
import { variableGroupHandlers } from './variable-groups.ts';

/** What each place of the service does. */
export const handlers: Handlers = {
  ...discoveryHandlers,
  ...projectHandlers,
  ...projectPartHandlers,
  ...repositoryHandlers,
  ...refHandlers,
  ...itemHandlers,
  ...commitHandlers,
  ...pushHandlers,
  ...pullRequestHandlers,
  ...pullRequestReviewerHandlers,
  ...pullRequestThreadHandlers,
  ...pullRequestStatusHandlers,
  ...pullRequestLabelHandlers,
  ...pullRequestHistoryHandlers,
  ...definitionHandlers,
  ...folderHandlers,
  ...buildHandlers,
  ...runPartHandlers,
  ...logHandlers,
  ...stageHandlers,
  ...artifactHandlers,
  ...attachmentHandlers,
  ...pipelineRunHandlers,
  ...testHandlers,
  ...deploymentHandlers,
  ...pipelineHandlers,
  ...previewHandlers,
  ...queueHandlers,
  ...serviceEndpointHandlers,
  ...environmentHandlers,
  ...variableGroupHandlers,
  ...pipelinePermissionHandlers,
  ...checkHandlers,
  ...approvalHandlers,
  ...policyHandlers,
  ...policyEvaluationHandlers,
  ...securityHandlers,
  ...identityHandlers,
  ...graphHandlers,
};
