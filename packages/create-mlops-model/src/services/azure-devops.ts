import { type Access, makeAccess } from './azure-devops/access.ts';
import { type Authorizations, makeAuthorizations } from './azure-devops/authorizations.ts';
import { type Branches, makeBranches } from './azure-devops/branches.ts';
import { type Checks, makeChecks } from './azure-devops/checks.ts';
import { makeServiceConnections, type ServiceConnections } from './azure-devops/connections.ts';
import { type Definitions, makeDefinitions } from './azure-devops/definitions.ts';
import { type Environments, makeEnvironments } from './azure-devops/environments.ts';
import { type Library, makeLibrary } from './azure-devops/library.ts';
import { makeOwnRights, type OwnRights } from './azure-devops/own-rights.ts';
import { makePolicies, type Policies } from './azure-devops/policies.ts';
import { makePullRequests, type PullRequests } from './azure-devops/pull-requests.ts';
import { makeRepositories, type Repositories } from './azure-devops/repositories.ts';
import { makeRest } from './azure-devops/rest.ts';
import { makePipelineRuns, type PipelineRuns } from './azure-devops/runs.ts';
import { openSession, type Session, type SignedInUser } from './azure-devops/session.ts';
import type { Http } from './http.ts';
import type { Credential } from './identity.ts';

/** One project of Azure DevOps. Nothing is sent before the first call, which proves who we are. */
export interface AzureDevOps {
  /** Proves the sign-in and that the project is there. @throws UserError `not-signed-in`, `unreachable`, `failed` */
  getUser(): Promise<SignedInUser>;
  readonly repositories: Repositories;
  readonly branches: Branches;
  readonly pullRequests: PullRequests;
  readonly definitions: Definitions;
  readonly runs: PipelineRuns;
  readonly library: Library;
  readonly environments: Environments;
  readonly connections: ServiceConnections;
  readonly checks: Checks;
  readonly authorizations: Authorizations;
  readonly access: Access;
  readonly ownRights: OwnRights;
  readonly policies: Policies;
}

/** Where the project is and who asks. */
export interface AzureDevOpsOptions {
  readonly http: Http;
  /** `https://dev.azure.com/contoso` */
  readonly organizationUrl: string;
  readonly project: string;
  readonly credential: Credential;
}

/** The real one, over HTTP. */
export function makeAzureDevOps(options: AzureDevOpsOptions): AzureDevOps {
  const rest = makeRest(options.http, options.organizationUrl, options.credential);
  let session: Promise<Session> | undefined;
  const connect = () => {
    session ??= openSession(rest, options.organizationUrl, options.project);
    return session;
  };
  return {
    getUser: async () => (await connect()).user,
    repositories: makeRepositories(connect),
    branches: makeBranches(connect),
    pullRequests: makePullRequests(connect),
    definitions: makeDefinitions(connect),
    runs: makePipelineRuns(connect),
    library: makeLibrary(connect),
    environments: makeEnvironments(connect),
    connections: makeServiceConnections(connect),
    checks: makeChecks(connect),
    authorizations: makeAuthorizations(connect),
    access: makeAccess(connect),
    ownRights: makeOwnRights(connect),
    policies: makePolicies(connect),
  };
}
