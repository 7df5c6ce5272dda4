import type { Organization } from '../azure-devops/state.ts';
import type { StoredIdentity } from '../identity-store.ts';
import { AUDIENCES } from './audiences.ts';
import type { Tokens } from './tokens.ts';

/** The build identity, if the header holds the `System.AccessToken` of a run in this organisation. */
export function findBuildIdentity(
  identities: readonly StoredIdentity[],
  tokens: Tokens,
  organization: Organization,
  authorization: string | undefined,
): StoredIdentity | undefined {
  const found = tokens.find(toBearer(authorization), AUDIENCES.azureDevOps);
  const isRun =
    found?.kind === 'valid' && found.subject.kind === 'build' && found.subject.organization === organization.id;
  return isRun ? identities.find(({ key }) => key === 'pipelines') : undefined;
}

/** The token may also come as a password, with any name before it: so git and package managers send it. */
function toBearer(authorization: string | undefined): string | undefined {
  const basic = /^basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return authorization;
  const [, ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return `Bearer ${password.join(':')}`;
}
