import { accountGetAccessToken } from './account-get-access-token.ts';
import { accountShow } from './account-show.ts';
import { acrLogin } from './acr-login.ts';
import { acrRepositoryShow } from './acr-repository-show.ts';
import { aksGetCredentials } from './aks-get-credentials.ts';
import type { AzCommand } from './command.ts';
import { mlWorkspaceShow } from './ml-workspace-show.ts';

/** All that `az` answers; everything else it refuses by name. */
export const AZ_COMMANDS: readonly AzCommand[] = [
  accountShow,
  accountGetAccessToken,
  acrLogin,
  acrRepositoryShow,
  aksGetCredentials,
  mlWorkspaceShow,
];
