import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPort, type Ports } from './addresses.ts';
import { findRepositoryFolder } from './azure-devops/clone-url.ts';
import { recoverRepositories } from './azure-devops/recover.ts';
import { makeRuns } from './azure-devops/runs/make-runs.ts';
import { azureDevOpsService } from './azure-devops/service.ts';
import { emptyState } from './azure-devops/state.ts';
import { makeScheduler } from './azure-devops/triggers/scheduler.ts';
import { makeWorld, type World } from './azure-devops/world.ts';
import { openClock } from './clock.ts';
import { findClusterUser } from './cluster/caller.ts';
import { makeCertificate } from './cluster/certificate.ts';
import { openCluster } from './cluster/cluster.ts';
import { toKubeconfig } from './cluster/kubeconfig.ts';
import { findRuntime } from './cluster/node/find-runtime.ts';
import { makeHasContainers } from './cluster/node/has-containers.ts';
import { controlService } from './control.ts';
import { databricksService } from './databricks/service.ts';
import { makeFaults } from './faults.ts';
import type { Identity } from './identities.ts';
import { openIdentities } from './identity-store.ts';
import { writeOwnDocker } from './own-docker.ts';
import { toAzRegistry } from './registry/az-registry.ts';
import { findRegistryUser } from './registry/caller.ts';
import { openRegistry, registryService } from './registry/registry.ts';
import { makeRegistryTokens, TOKEN_USER } from './registry/tokens.ts';
import { makeRequestLog } from './request-log.ts';
import type { ListenOptions, Service } from './router.ts';
import { makeSignIn, type SignIn } from './sign-in/sign-in.ts';
import { openStore } from './store.ts';
import { openMlflowServer } from './tracking/mlflow-server.ts';
import { trackingService } from './tracking/tracking.ts';
import { toWorkspacePath } from './tracking/workspace-path.ts';

/** Azure's tokens are good for an hour or somewhat more. */
const TOKEN_SECONDS = 3600;

/** Where a sandbox keeps its state and which ports it takes. */
export interface SandboxOptions {
  /** Folder of all state; made if it is not there. */
  readonly home: string;
  /** Absent: the ports of last time, or free ones. */
  readonly ports?: Ports;
  /** Where `docker` and its engine are found; default this process' own environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Where to reach the sandbox's services; no slash at the end. */
export interface Addresses {
  /** Organisations follow: `<azureDevOps>/contoso`. */
  readonly azureDevOps: string;
  readonly databricks: string;
  /** Image registry; names of images start with its host and port. */
  readonly registry: string;
  /** Machine-learning workspaces follow by the path that Azure gives them: all of them are kept by one server. */
  readonly tracking: string;
  /** API server of the Kubernetes cluster. */
  readonly cluster: string;
  /** The sandbox's own switches. */
  readonly control: string;
}

/** A running sandbox. */
export interface Sandbox {
  readonly addresses: Addresses;
  /** Who may sign in, with their tokens. */
  readonly identities: () => readonly Identity[];
  /** Signs service connections in. */
  readonly signIn: SignIn;
  /** A kubeconfig for somebody who signs in to the cluster with a token. */
  readonly toKubeconfig: (token: string) => string;
  /** Closes all ports; requests in flight are answered first. */
  stop(): Promise<void>;
}

/**
 * Starts all services on 127.0.0.1.
 * @throws PortTaken if a port that was asked for, or was this sandbox's before, is in use
 */
export async function startSandbox({ home, ports = {}, environment = process.env }: SandboxOptions): Promise<Sandbox> {
  const state = join(home, 'state');
  const gitFolder = join(home, 'git');
  mkdirSync(gitFolder, { recursive: true, mode: 0o700 });
  const identities = openIdentities(state);
  const kept = openStore<Ports>(state, 'ports', () => ({}));
  const addresses = { azureDevOps: '', databricks: '', registry: '', cluster: '', tracking: '', control: '' };
  const store = openStore(state, 'azure-devops', emptyState);
  const tokenSeconds = () => store.data.settings.tokenSeconds ?? TOKEN_SECONDS;
  const images = openRegistry(join(state, 'registry'));
  const registryTokens = makeRegistryTokens(Date.now);
  const tls = openStore(state, 'cluster-certificate', () => makeCertificate(Date.now()));
  tls.save();
  const { certificate } = tls.data;
  const printKubeconfig = (name: string, token: string) =>
    toKubeconfig({ name, server: addresses.cluster, certificate, token });
  const signIn = makeSignIn({
    address: () => addresses.control,
    tokenSeconds,
    services: {
      findTrackingUri: (workspace) => `${addresses.tracking}${toWorkspacePath(workspace)}`,
      findRegistry: () => toAzRegistry(images, registryTokens, new URL(addresses.registry).host),
      findKubeconfig: ({ name }, token) => printKubeconfig(name, token),
    },
  });
  const hasContainers = makeHasContainers(environment, () => store.data.settings.runtime === 'process');
  const docker = writeOwnDocker(join(state, 'docker'));
  const findPrograms = async () => ((await hasContainers()) ? [] : [docker]);
  const parts = { store, gitFolder, identities: identities.all, clock: openClock(state), signIn, findPrograms };
  const world = makeWorld({ ...parts, origin: () => addresses.azureDevOps }, (made) => makeRuns(made, home));
  recoverRepositories(world);
  const scheduler = makeScheduler(world);
  const faults = makeFaults();
  const log = makeRequestLog(
    (authorization) => identities.find(authorization)?.key ?? signIn.nameCaller(authorization),
  );
  const cluster = openCluster({
    folder: join(state, 'cluster'),
    runtime: findRuntime({
      folder: join(state, 'cluster', 'node'),
      registry: images,
      registryHosts: () => toHosts(addresses.registry),
      signIn: () => ({ user: TOKEN_USER, password: registryTokens.grant('refresh', { name: 'node', mayPush: false }) }),
      environment,
      hasContainers,
    }),
    signIn: (authorization) => findClusterUser(identities.signedIn(), signIn.tokens, authorization),
  });
  const control = controlService({
    cluster,
    world,
    scheduler,
    identities,
    faults,
    log,
    signIn,
    describe: () => ({ addresses }),
  });
  const devOps = azureDevOpsService(world, identities);
  const databricks = databricksService({
    folder: join(state, 'databricks'),
    identities: identities.signedIn,
    tokens: signIn.tokens,
    tokenSeconds,
    gitRepositories: { resolve: (url) => findRepositoryFolder(world, url) },
  });
  const registry = registryService({
    registry: images,
    tokens: registryTokens,
    signIn: (authorization) => findRegistryUser(identities.signedIn(), signIn.tokens, authorization),
  });
  const mlflow = openMlflowServer(join(state, 'tracking'));
  const tracking = trackingService({ server: mlflow, tokens: signIn.tokens, identities: identities.signedIn });
  const dress = (name: string, service: Service) => delayed(world, log.wrap(name, faults.wrap(name, service)));
  const servers: Server[] = [];
  const open = async (name: keyof Ports, service: Service, options?: ListenOptions) => {
    const { server, port } = await openPort(name, service, ports[name], kept, options);
    servers.push(server);
    return port;
  };
  try {
    addresses.azureDevOps = toUrl(await open('azureDevOps', switchboard(control, dress('azureDevOps', devOps))));
    addresses.databricks = toUrl(await open('databricks', dress('databricks', databricks)));
    addresses.registry = toUrl(await open('registry', dress('registry', registry), { bodies: 'stream' }), 'localhost');
    addresses.tracking = toUrl(await open('tracking', dress('tracking', tracking), { bodies: 'stream' }));
    addresses.cluster = toUrl(await open('cluster', dress('cluster', cluster.service), { tls: tls.data })).replace(
      'http:',
      'https:',
    );
    mlflow.recover();
    await cluster.start();
    addresses.control = `${addresses.azureDevOps}/_sandbox`;
    await world.runs.recover();
    // After the runs: what it starts must not be taken for what a kill left.
    scheduler.start();
    const stop = async () => {
      scheduler.stop();
      await closeAll(servers);
      await cluster.stop();
      await world.runs.stop();
      await databricks.stop();
      await mlflow.stop();
      await world.idle();
    };
    const ofSandbox = (token: string) => printKubeconfig('sandbox', token);
    return { addresses, identities: identities.all, signIn, toKubeconfig: ofSandbox, stop };
  } catch (error) {
    await closeAll(servers);
    await cluster.stop();
    throw error;
  }
}

/** A registry on this machine has two names. */
function toHosts(registry: string): readonly string[] {
  const { host } = new URL(registry);
  return [host, host.replace('localhost', '127.0.0.1')];
}

/** `localhost` is the one name under which Docker and Podman both speak plain HTTP to a registry. */
function toUrl(port: number, host: '127.0.0.1' | 'localhost' = '127.0.0.1'): string {
  return `http://${host}:${port}`;
}

function switchboard(control: Service, devOps: Service): Service {
  return (request) => (/^\/_sandbox(\/|$)/.test(request.path) ? control(request) : devOps(request));
}

function delayed(world: World, service: Service): Service {
  return async (request) => {
    const { latency } = world.store.data.settings;
    if (latency > 0) await sleep(latency);
    return service(request);
  };
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
          // A client that keeps a request open must not keep the sandbox alive.
          setTimeout(() => server.closeAllConnections(), 2000).unref();
        }),
    ),
  );
}
