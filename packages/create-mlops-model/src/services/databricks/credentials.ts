import { orMissing } from '../service-error.ts';
import type { makeDatabricksRest } from './rest.ts';

/** A service credential of Unity Catalog: how notebooks sign in to a service outside Databricks. */
export interface ServiceCredential {
  readonly name: string;
  readonly comment: string;
}

/** What a new one stands on. */
export interface ServiceCredentialSpec extends ServiceCredential {
  /** Azure's id of the Databricks access connector that holds the managed identity. */
  readonly connector: string;
}

/** Service credentials. */
export interface ServiceCredentials {
  find(name: string): Promise<ServiceCredential | undefined>;
  /** @throws ServiceError 409 if there is one of this name */
  create(spec: ServiceCredentialSpec): Promise<ServiceCredential>;
  remove(name: string): Promise<void>;
}

interface ApiCredential {
  readonly name?: string;
  readonly comment?: string;
}

const CREDENTIALS = '2.1/unity-catalog/credentials';

/** The real ones. */
export function makeServiceCredentials({ get, post, del }: ReturnType<typeof makeDatabricksRest>): ServiceCredentials {
  const at = (name: string) => `${CREDENTIALS}/${encodeURIComponent(name)}`;
  return {
    async find(name) {
      const found = await orMissing(get<ApiCredential>(at(name)));
      return found && toCredential(found);
    },
    async create({ name, comment, connector }) {
      const azure_managed_identity = { access_connector_id: connector };
      return toCredential(
        await post<ApiCredential>(CREDENTIALS, { name, comment, purpose: 'SERVICE', azure_managed_identity }, false),
      );
    },
    remove: (name) => del(at(name)),
  };
}

function toCredential({ name = '', comment = '' }: ApiCredential): ServiceCredential {
  return { name, comment };
}
