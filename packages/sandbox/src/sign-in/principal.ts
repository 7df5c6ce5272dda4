import { toObject, toText } from '../azure-devops/call.ts';
import type { Endpoint } from '../azure-devops/state.ts';
import { toGuid } from '../identities.ts';

/** What a service connection signs in as, and where. */
export interface Principal {
  /** Client id of the application. */
  readonly applicationId: string;
  readonly tenant: string;
  readonly subscription: { readonly id: string; readonly name: string };
  /** The connection's name. */
  readonly connection: string;
}

/** The identity behind a connection to Azure. @throws Error if it is a connection to something else */
export function getPrincipal({ body, references, id }: Pick<Endpoint, 'body' | 'references' | 'id'>): Principal {
  const connection = toText(body.name) || (references[0]?.name ?? id);
  if (body.type !== 'azurerm') {
    throw new Error(`The service connection ${connection} is of type ${toText(body.type)}, not azurerm.`);
  }
  const given = Object.entries(toObject(toObject(body.authorization).parameters));
  const find = (name: string) => toText(given.find(([key]) => key.toLowerCase() === name)?.[1]);
  const data = toObject(body.data);
  return {
    // A connection that was made by hand may name no application: then it has one of its own.
    applicationId: (find('serviceprincipalid') || toGuid(`application:${id}`)).toLowerCase(),
    tenant: (find('tenantid') || toGuid('tenant')).toLowerCase(),
    subscription: {
      id: toText(data.subscriptionId) || toGuid('subscription'),
      name: toText(data.subscriptionName) || 'subscription',
    },
    connection,
  };
}
