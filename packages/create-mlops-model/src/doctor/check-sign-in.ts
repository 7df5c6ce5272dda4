import type { Translate } from '@create-mlops-model/core';
import type { TargetKind } from '../command.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import type { Databricks } from '../services/databricks.ts';
import type { Environment } from '../services/http-agents.ts';
import type { Services } from '../services/services.ts';
import type { Shell } from '../services/shell.ts';
import { type Finding, toFailure } from './finding.ts';

/** Who both services say we are, and whether Databricks can reach the repository for us. */
export async function checkSignIns(
  { azureDevOps, databricks }: Services,
  translate: Translate,
): Promise<readonly Finding[]> {
  const [devops, workspace] = await Promise.all([
    checkAzureDevOps(azureDevOps, translate),
    checkDatabricks(databricks, translate),
  ]);
  return [devops, ...workspace];
}

/** Who Azure DevOps says we are; proves that organisation and project are there. */
export async function checkAzureDevOps(azureDevOps: AzureDevOps, translate: Translate): Promise<Finding> {
  try {
    const { displayName, account } = await azureDevOps.getUser();
    return signedIn('azure-devops', 'Azure DevOps', displayName, account, translate);
  } catch (error) {
    return toFailure('sign-in', 'azure-devops', error, translate);
  }
}

/** Who Databricks says we are, and whether it can reach the repository for us. */
export async function checkDatabricks(databricks: Databricks, translate: Translate): Promise<readonly Finding[]> {
  try {
    const { displayName, account } = await databricks.getUser();
    const user = signedIn('databricks', 'Databricks', displayName, account, translate);
    return [user, await checkGitCredential(databricks, translate)];
  } catch (error) {
    return [toFailure('sign-in', 'databricks', error, translate)];
  }
}

/** Without one of its own, Databricks uses the caller's Entra sign-in, which works within one tenant. */
async function checkGitCredential(databricks: Databricks, translate: Translate): Promise<Finding> {
  const line = { topic: 'sign-in', name: 'git-credential' } as const;
  const providers = await databricks.listGitProviders();
  const provider = providers.find((each) => each.toLowerCase().startsWith('azuredevopsservices'));
  if (provider !== undefined) return { ...line, status: 'pass', text: translate('doctor.gitCredential', { provider }) };
  const fix = translate('doctor.gitCredential.fix');
  return { ...line, status: 'note', text: translate('doctor.gitCredential.none'), fix };
}

function signedIn(name: string, service: string, who: string, account: string, translate: Translate): Finding {
  const text = translate('doctor.signedIn', { service, who: account === '' ? who : `${who} (${account})` });
  return { topic: 'sign-in', name, status: 'pass', text };
}

/** What log-ins can be told without a model: a token in the environment, or the Azure CLI's. */
export async function checkCredentials(
  sources: { readonly shell: Shell; readonly environment: Environment; readonly translate: Translate },
  kind: TargetKind | undefined,
): Promise<readonly Finding[]> {
  const { shell, environment, translate } = sources;
  const tokens = ['AZURE_DEVOPS_EXT_PAT', 'DATABRICKS_TOKEN'].filter((name) => environment[name]?.trim());
  const lines = tokens.map((name): Finding => {
    return { topic: 'sign-in', name, status: 'pass', text: translate('doctor.token', { variable: name }) };
  });
  if (tokens.length === 2) return lines;
  const args = ['account', 'show', '--query', 'user.name', '--output', 'tsv'];
  const account = await shell.run('az', args, { environment, timeout: 20_000 });
  const who = account.exitCode === 0 ? account.stdout.trim() : '';
  if (who !== '') return [...lines, signedIn('az', 'Azure CLI', who, '', translate)];
  // On the sandbox nobody signs in.
  const status = kind === 'azure' ? 'fail' : 'note';
  const text = translate('doctor.notSignedIn');
  return [
    ...lines,
    { topic: 'sign-in', name: 'az', status, text, fix: translate('doctor.notSignedIn.fix'), code: 'not-signed-in' },
  ];
}
