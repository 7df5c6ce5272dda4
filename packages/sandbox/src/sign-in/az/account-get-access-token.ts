import { AUDIENCES, findAudience } from '../audiences.ts';
import { type AzCommand, AzError } from './command.ts';

/** A token for one service. */
export const accountGetAccessToken: AzCommand = {
  words: 'account get-access-token',
  options: { resource: {}, scope: {}, tenant: { short: 't' } },
  run({ principal, tokens, seconds, options }) {
    const asked = options.resource ?? options.scope?.replace(/\/?\.default$/, '') ?? AUDIENCES.management;
    const audience = findAudience(asked);
    if (audience === undefined) {
      throw new AzError(
        1,
        `AADSTS500011: The resource principal named ${asked} was not found in the tenant named ${principal.tenant}.`,
      );
    }
    const { applicationId: id, tenant, connection: name, subscription } = principal;
    const { text, expiresOn } = tokens.grant({ kind: 'application', id, tenant, name }, audience, seconds);
    return {
      data: {
        accessToken: text,
        expiresOn: toLocalTime(expiresOn),
        expires_on: expiresOn,
        subscription: subscription.id,
        tenant,
        tokenType: 'Bearer',
      },
    };
  },
};

/** Local time with microseconds and without a zone, as the Azure CLI has always written it. */
function toLocalTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return `${local.toISOString().replace('T', ' ').slice(0, 19)}.000000`;
}
