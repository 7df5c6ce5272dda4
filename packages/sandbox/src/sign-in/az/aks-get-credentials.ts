import { AUDIENCES } from '../audiences.ts';
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
  run({ options, principal, tokens, seconds, findKubeconfig }) {
    const { name = '', 'resource-group': resourceGroup = '', file = '~/.kube/config' } = options;
    const { applicationId: id, tenant, connection } = principal;
    const token = tokens.grant({ kind: 'application', id, tenant, name: connection }, AUDIENCES.cluster, seconds).text;
    const text = findKubeconfig({ resourceGroup, name }, token);
    if (text === undefined) throw missingResource('Microsoft.ContainerService/managedClusters', name, resourceGroup);
    if (file === '-') return { exitCode: 0, stdout: text, stderr: '' };
    const stderr = `Merged "${name}" as current context in ${file}\n`;
    return { exitCode: 0, stdout: '', stderr, files: [{ path: file, text }] };
  },
};
