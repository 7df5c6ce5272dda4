import { randomUUID } from 'node:crypto';
import type { Identity } from '../identities.ts';
import { matchRoute, type SandboxReply, type SandboxRequest, type Service } from '../router.ts';
import type { Tokens } from '../sign-in/tokens.ts';
import { authenticate } from './authenticate.ts';
import { gitCredentialRoutes } from './git-credential-routes.ts';
import { gitFolderRoutes } from './git-folder-routes.ts';
import { recoverGitFolders } from './git-folders.ts';
import { identityRoutes } from './identity-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { permissionRoutes } from './permission-routes.ts';
import { makeRunEngine, type RunTask } from './run-engine.ts';
import { runRoutes } from './run-routes.ts';
import { makeTaskRunner } from './run-task.ts';
import { secretRoutes } from './secret-routes.ts';
import { serviceCredentialRoutes } from './service-credential-routes.ts';
import { denied, ServiceError } from './service-error.ts';
import { servicePrincipalRoutes } from './service-principal-routes.ts';
import { findPublicReply } from './sign-in.ts';
import { workspaceRoutes } from './workspace-routes.ts';
import { prepareTree } from './workspace-tree.ts';
import { type DatabricksRoute, type GitRepositories, openWorld, type RunEngine, type World } from './world.ts';

/** What the service needs from the sandbox around it. */
export interface DatabricksContext {
  /** Holds the state and the workspace's files. */
  readonly folder: string;
  /** Who may call. */
  readonly identities: () => readonly Identity[];
  /** Tokens of applications. */
  readonly tokens: Tokens;
  /** Seconds that tokens of service credentials are good for. */
  readonly tokenSeconds: () => number;
  /** Where Git folders are cloned from. */
  readonly gitRepositories: GitRepositories;
  /** Does the tasks of runs; by default notebooks run for real. */
  readonly runTask?: RunTask;
}

/** The workspace, and how to end what it runs. */
export interface DatabricksService extends Service {
  /** Ends all notebooks that are running. */
  stop(): Promise<void>;
}

const routes: readonly DatabricksRoute[] = [
  ...workspaceRoutes,
  ...gitFolderRoutes,
  ...gitCredentialRoutes,
  ...permissionRoutes,
  ...jobRoutes,
  ...runRoutes,
  ...secretRoutes,
  ...identityRoutes,
  ...servicePrincipalRoutes,
  ...serviceCredentialRoutes,
];

/** A Databricks workspace: Git folders, files, jobs and their permissions. */
export function databricksService(context: DatabricksContext): DatabricksService {
  const world = openWorld(context);
  prepareTree(world);
  const runTask = context.runTask ?? makeTaskRunner(world);
  const runs = makeRunEngine(world, runTask);
  const recovered = world.inTurn(() => recoverGitFolders(world)).then(() => runs.recover());
  const service: Service = async (request) => {
    await recovered;
    try {
      return findPublicReply(world, request) ?? (await answer(world, runs, request));
    } catch (error) {
      if (error instanceof ServiceError) return toReply(error);
      throw error;
    }
  };
  return Object.assign(service, { stop: () => runs.stop() });
}

async function answer(world: World, runs: RunEngine, request: SandboxRequest): Promise<SandboxReply> {
  const found = matchRoute(routes, request.method, request.path);
  if (!found) throw new ServiceError(404, 'ENDPOINT_NOT_FOUND', `No API found for '${request.method} ${request.path}'`);
  const caller = authenticate(world, request.headers.authorization);
  if (caller.role === 'reader' && request.method !== 'GET') {
    throw denied(`User ${caller.account} does not have permission to ${request.method} ${request.path}.`);
  }
  return found.route.handle(request, found.params, { ...world, runs, caller });
}

function toReply(error: ServiceError): SandboxReply {
  const info = { '@type': 'type.googleapis.com/google.rpc.RequestInfo', request_id: randomUUID(), serving_data: '' };
  return { status: error.status, body: { error_code: error.code, message: error.message, details: [info] } };
}
