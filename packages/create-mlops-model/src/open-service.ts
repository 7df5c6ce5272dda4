import type { CommandContext } from './command.ts';
import { type Cluster, type ClusterAccess, openCluster } from './services/cluster.ts';
import { findAzureCredential } from './services/identity.ts';
import { toKubeconfigPath, toSandboxHome } from './services/sandbox.ts';
import { makeShell } from './services/shell.ts';
import { makeTracking, type Tracking } from './services/tracking.ts';
import { getSandbox, type Session } from './session.ts';

/** The cluster that the model is served by, as the person at this machine. Close it at the end. */
export async function openServing(context: CommandContext, session: Session): Promise<Cluster> {
  const { names } = session.project;
  return openCluster({
    shell: makeShell(),
    environment: context.env,
    namespace: names.namespace,
    name: names.image,
    access: findAccess(context, session),
  });
}

function findAccess(context: CommandContext, { project }: Session): ClusterAccess {
  const { manifest, names, target } = project;
  if (target.kind === 'sandbox') {
    return { kind: 'sandbox', kubeconfig: toKubeconfigPath(toSandboxHome(context.env)) };
  }
  const { cluster, resourceGroup } = manifest.azure;
  return { kind: 'azure', resourceGroup: resourceGroup || names.model, cluster: cluster || names.model };
}

/** The model registry, as the person at this machine. */
export async function openRegistry(context: CommandContext, { project, services }: Session): Promise<Tracking> {
  const { target } = project;
  const you =
    target.kind === 'sandbox' ? (await getSandbox(context)).identities.find(({ key }) => key === 'you') : undefined;
  const sources = { environment: context.env, shell: makeShell(), ...(you ? { sandbox: { token: you.token } } : {}) };
  return makeTracking({ http: services.http, uri: target.trackingUri, credential: findAzureCredential(sources) });
}
