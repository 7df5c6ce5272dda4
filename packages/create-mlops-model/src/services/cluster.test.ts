import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ClusterOptions, openCluster } from './cluster.ts';
import type { Shell, ShellResult } from './shell.ts';

interface Call {
  readonly line: string;
  readonly kubeconfig: string;
}

const ENDED = { exitCode: 0, stdout: '', stderr: '', missing: false };

/** Programs of which each call is kept; `az` writes a kubeconfig of this text. */
function fakeShell(kubeconfig: string, answer: (line: string) => Partial<ShellResult> = () => ({})) {
  const calls: Call[] = [];
  const shell: Shell = {
    async run(file, args, options = {}) {
      const path = options.environment?.KUBECONFIG ?? '';
      calls.push({ line: [file, ...args].join(' ').replaceAll(path, 'FILE'), kubeconfig: path });
      if (file === 'az') writeFileSync(path, kubeconfig);
      return { ...ENDED, ...answer([file, ...args].join(' ')) };
    },
  };
  return { shell, calls };
}

const onAzure = (shell: Shell): ClusterOptions => ({
  shell,
  environment: {},
  namespace: 'ml',
  name: 'tides',
  access: { kind: 'azure', resourceGroup: 'rg', cluster: 'aks' },
});

describe('a cluster on Azure', () => {
  it('is opened as whoever is signed in to the Azure CLI, and forgotten afterwards', async () => {
    const { shell, calls } = fakeShell('kubelogin', (line) => (line.includes('get deploy') ? { stdout: '' } : {}));
    const cluster = await openCluster(onAzure(shell));
    expect(await cluster.findRelease()).toBeUndefined();
    expect(calls.map(({ line }) => line)).toEqual([
      'az aks get-credentials --resource-group rg --name aks --file FILE --overwrite-existing',
      'kubelogin convert-kubeconfig --login azurecli',
      'kubectl --namespace ml get deployment tides --ignore-not-found --output json',
    ]);
    const file = calls[0]?.kubeconfig ?? '';
    expect(existsSync(file)).toBe(true);
    cluster.close();
    expect(existsSync(file)).toBe(false);
  });

  it('is not opened where the sign-in is refused, and leaves no file', async () => {
    const { shell, calls } = fakeShell('', () => ({ exitCode: 1, stderr: 'Please run az login' }));
    await expect(openCluster(onAzure(shell))).rejects.toMatchObject({
      message: 'az aks get-credentials: Please run az login',
    });
    expect(existsSync(calls[0]?.kubeconfig ?? '')).toBe(false);
  });

  it('says which program is missing', async () => {
    const { shell } = fakeShell('', () => ({ exitCode: -1, missing: true }));
    await expect(openCluster(onAzure(shell))).rejects.toMatchObject({ message: 'az is not installed.' });
  });
});

it('a version that cannot be put back is not held either', async () => {
  const { shell, calls } = fakeShell('', (line) =>
    line.includes('undo') ? { exitCode: 1, stderr: 'no revision' } : {},
  );
  const cluster = await openCluster({
    ...onAzure(shell),
    access: { kind: 'sandbox', kubeconfig: '/sandbox/kubeconfig' },
  });
  await expect(cluster.putBack({ number: 3, version: '1', image: '' })).rejects.toThrow('no revision');
  expect(calls.map(({ line }) => line.replace('kubectl --namespace ml ', ''))).toEqual([
    'label deployment/tides ca.gc.mlops/held-version=1 --overwrite',
    'rollout undo deployment/tides --to-revision=3',
    'label deployment/tides ca.gc.mlops/held-version-',
  ]);
});
