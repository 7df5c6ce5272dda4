import type { ServiceEndpoint } from 'azure-devops-node-api/interfaces/ServiceEndpointInterfaces.js';
import type { Connect, Session } from './session.ts';

/** A service connection: how pipelines sign in to Azure. */
export interface ServiceConnection {
  readonly id: string;
  readonly name: string;
  /** `azurerm`, `dockerregistry` … */
  readonly type: string;
  readonly description: string;
  /** The server has finished making it. */
  readonly ready: boolean;
  /** Application (client) id of the identity behind it; empty where there is none. */
  readonly principal: string;
}

/** An Azure connection by workload identity federation. */
export interface ServiceConnectionSpec {
  readonly name: string;
  readonly description: string;
  readonly tenant: string;
  /** Application (client) id. */
  readonly principal: string;
  readonly subscription: string;
  readonly subscriptionName: string;
}

/** Service connections. */
export interface ServiceConnections {
  find(name: string): Promise<ServiceConnection | undefined>;
  /** @throws ServiceError `DuplicateServiceConnectionException` */
  create(spec: ServiceConnectionSpec): Promise<ServiceConnection>;
  remove(id: string): Promise<void>;
}

/** The real ones. */
export function makeServiceConnections(connect: Connect): ServiceConnections {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  return {
    find: (name) =>
      withSession(async ({ clients, project }) => {
        const none = undefined;
        const list = await clients.endpoints.getServiceEndpointsByNames(
          project.id,
          [name],
          none,
          none,
          none,
          true,
          true,
        );
        const found = list.find((each) => each.name?.toLowerCase() === name.toLowerCase());
        return found && toConnection(found);
      }),
    create: (spec) =>
      withSession(async ({ clients, project }) =>
        toConnection(await clients.endpoints.createServiceEndpoint(toBody(spec, project))),
      ),
    remove: (id) => withSession(({ clients, project }) => clients.endpoints.deleteServiceEndpoint(id, [project.id])),
  };
}

function toBody(spec: ServiceConnectionSpec, project: Session['project']): ServiceEndpoint {
  const { name, description } = spec;
  return {
    name,
    description,
    type: 'azurerm',
    url: 'https://management.azure.com/',
    owner: 'library',
    isShared: false,
    authorization: {
      scheme: 'WorkloadIdentityFederation',
      parameters: { tenantid: spec.tenant, serviceprincipalid: spec.principal },
    },
    data: {
      environment: 'AzureCloud',
      creationMode: 'Manual',
      scopeLevel: 'Subscription',
      subscriptionId: spec.subscription,
      subscriptionName: spec.subscriptionName,
    },
    serviceEndpointProjectReferences: [{ name, description, projectReference: project }],
  };
}

function toConnection(answer: ServiceEndpoint): ServiceConnection {
  const parameters = answer.authorization?.parameters ?? {};
  return {
    id: answer.id ?? '',
    name: answer.name ?? '',
    type: answer.type ?? '',
    description: answer.description ?? '',
    ready: answer.isReady ?? false,
    principal: parameters.serviceprincipalid ?? parameters.servicePrincipalId ?? '',
  };
}
