import { type AzCommand, missingResource } from './command.ts';

/** Writes the kubeconfig of a cluster. */
export const aksGetCredentials: AzCommand = {
  words: 'aks get-credentials',
  options: {
    name: { short: 'n', required: true },
    'resource-group': { short: 'g', required: true },
    file: { short: 'f' },
    'overwrite-existing': { flag: true },
  },
  run: ({ options }) => {
    throw missingResource(
      'Microsoft.ContainerService/managedClusters',
      options.name ?? '',
      options['resource-group'] ?? '',
    );
  },
};
