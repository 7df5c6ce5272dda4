import type { Target } from '@create-mlops-model/core';
import { type AzureDevOps, makeAzureDevOps } from './azure-devops.ts';
import { type Databricks, makeDatabricks } from './databricks.ts';
import { type Disk, openDisk } from './disk.ts';
import { type Git, makeGit } from './git.ts';
import { type Http, type HttpAttempt, makeHttp } from './http.ts';
import type { Environment } from './http-agents.ts';
import {
  type Credential,
  findAzureDevOpsCredential,
  findDatabricksCredential,
  type SandboxTokens,
} from './identity.ts';
import { makeShell } from './shell.ts';

/** Everything outside that resources touch. */
export interface Services {
  readonly azureDevOps: AzureDevOps;
  readonly databricks: Databricks;
  readonly git: Git;
  readonly disk: Disk;
  /** For git's own requests to Azure DevOps. */
  readonly credential: Credential;
}

/** Where everything is. */
export interface ServiceOptions {
  readonly target: Target;
  /** The project's folder, absolute. */
  readonly folder: string;
  /** This process's. */
  readonly environment: Environment;
  /** Tokens of the running sandbox, where the target is the sandbox. */
  readonly sandbox?: SandboxTokens;
  readonly userAgent?: string;
  /** Told about each HTTP request; for `--debug`. */
  readonly onAttempt?: (attempt: HttpAttempt) => void;
}

/** Opens the real services; nothing is sent yet. Close `http` at the end, or idle connections hold the process. */
export function openServices(options: ServiceOptions): Services & { readonly http: Http } {
  const { target, environment, folder, sandbox } = options;
  const http = makeHttp({
    environment,
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
    ...(options.onAttempt === undefined ? {} : { onAttempt: options.onAttempt }),
  });
  const sources = { environment, shell: makeShell(), ...(sandbox && target.kind === 'sandbox' ? { sandbox } : {}) };
  const credential = findAzureDevOpsCredential(sources);
  const { organizationUrl, project, databricksHost: host } = target;
  return {
    http,
    credential,
    azureDevOps: makeAzureDevOps({ http, organizationUrl, project, credential }),
    databricks: makeDatabricks({ http, host, credential: findDatabricksCredential(sources) }),
    git: makeGit(environment),
    disk: openDisk(folder),
  };
}
