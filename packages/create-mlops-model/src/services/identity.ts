import { type Text, UserError } from '@create-mlops-model/core';
import type { Environment } from './http-agents.ts';
import type { Shell } from './shell.ts';

/** What proves to a service who we are. The token itself leaves this file only as a header's value. */
export interface Credential {
  /** Value of the `Authorization` header. */
  authorization(): Promise<string>;
  /** Gets a fresh token after a 401; absent where there is none to get. */
  renew?(): Promise<void>;
  /** Where the token comes from, for messages. */
  readonly source: string;
}

/** Tokens of the running sandbox; on Azure there are none. */
export interface SandboxTokens {
  /** Accepted by all services of the sandbox. */
  readonly token: string;
}

/** How credentials are found. The environment wins, then the running sandbox, then the Azure CLI. */
export interface CredentialSources {
  readonly environment: Environment;
  readonly shell: Shell;
  readonly sandbox?: SandboxTokens;
}

/** Application ids of the services in Microsoft Entra (Microsoft's own clients ask for these). */
const AZURE_DEVOPS_RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798';
const DATABRICKS_RESOURCE = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d';
const AZURE_RESOURCE = 'https://management.azure.com';

/** For Azure DevOps: `AZURE_DEVOPS_EXT_PAT`, the sandbox's token, or an Entra token of the Azure CLI. */
export function findAzureDevOpsCredential(sources: CredentialSources): Credential {
  const pat = sources.environment.AZURE_DEVOPS_EXT_PAT?.trim();
  if (pat) return fixed(`Basic ${toBase64(`:${pat}`)}`, 'AZURE_DEVOPS_EXT_PAT');
  if (sources.sandbox) return fixed(`Basic ${toBase64(`:${sources.sandbox.token}`)}`, 'sandbox');
  return azureCli(sources, AZURE_DEVOPS_RESOURCE, 'AZURE_DEVOPS_EXT_PAT');
}

/** For Databricks: `DATABRICKS_TOKEN`, the sandbox's token, or an Entra token of the Azure CLI. */
export function findDatabricksCredential(sources: CredentialSources): Credential {
  const token = sources.environment.DATABRICKS_TOKEN?.trim();
  if (token) return fixed(`Bearer ${token}`, 'DATABRICKS_TOKEN');
  if (sources.sandbox) return fixed(`Bearer ${sources.sandbox.token}`, 'sandbox');
  return azureCli(sources, DATABRICKS_RESOURCE, 'DATABRICKS_TOKEN');
}

/** For Azure itself, such as MLflow's part of Azure ML: `MLFLOW_TRACKING_TOKEN`, the sandbox's token, or one of the Azure CLI. */
export function findAzureCredential(sources: CredentialSources): Credential {
  const token = sources.environment.MLFLOW_TRACKING_TOKEN?.trim();
  if (token) return fixed(`Bearer ${token}`, 'MLFLOW_TRACKING_TOKEN');
  if (sources.sandbox) return fixed(`Bearer ${sources.sandbox.token}`, 'sandbox');
  return azureCli(sources, AZURE_RESOURCE, 'MLFLOW_TRACKING_TOKEN');
}

function fixed(header: string, source: string): Credential {
  return { source, authorization: async () => header };
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function azureCli(sources: CredentialSources, resource: string, variable: string): Credential {
  let header: Promise<string> | undefined;
  const ask = async () => {
    // One call takes 0.3–1 s: asked once a run, and again only after a 401.
    const args = ['account', 'get-access-token', '--resource', resource, '--query', 'accessToken', '--output', 'tsv'];
    const result = await sources.shell.run('az', args);
    const token = result.exitCode === 0 ? result.stdout.trim() : '';
    if (token === '') throw notSignedIn(variable, result.missing);
    return `Bearer ${token}`;
  };
  return {
    source: 'az',
    authorization() {
      header ??= ask();
      return header;
    },
    async renew() {
      header = ask();
      await header;
    },
  };
}

function notSignedIn(variable: string, missing: boolean): UserError {
  const what: Text = missing
    ? { en: 'The Azure CLI is not installed.', fr: 'Azure CLI n’est pas installé.' }
    : { en: 'The Azure CLI is not signed in.', fr: 'Azure CLI n’est pas connecté.' };
  return new UserError('not-signed-in', what, {
    en: `Run "az login", or put a token into the environment variable ${variable}.`,
    fr: `Lancez « az login », ou mettez un jeton dans la variable d’environnement ${variable}.`,
  });
}
