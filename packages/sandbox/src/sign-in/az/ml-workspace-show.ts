import { type AzCommand, AzError, missingResource } from './command.ts';

const FIELD = 'mlflow_tracking_uri';

/** Where the runs of a machine-learning workspace are tracked; nothing else of it is known here. */
export const mlWorkspaceShow: AzCommand = {
  words: 'ml workspace show',
  options: { name: { short: 'n', required: true }, 'resource-group': { short: 'g', required: true } },
  run({ options, principal, findTrackingUri }) {
    if (options.query !== FIELD) throw new AzError(2, `'ml workspace show' is answered with --query ${FIELD} only.`);
    const { name = '', 'resource-group': resourceGroup = '', subscription = principal.subscription.id } = options;
    const uri = findTrackingUri({ subscription, resourceGroup, name });
    if (uri === undefined) throw missingResource('Microsoft.MachineLearningServices/workspaces', name, resourceGroup);
    return { data: { [FIELD]: uri } };
  },
};
