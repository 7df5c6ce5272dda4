import type { BuildApi } from 'azure-devops-node-api/BuildApi.js';
import type { GitApi } from 'azure-devops-node-api/GitApi.js';
import type { PipelinesApi } from 'azure-devops-node-api/PipelinesApi.js';
import type { PolicyApi } from 'azure-devops-node-api/PolicyApi.js';
import type { ServiceEndpointApi } from 'azure-devops-node-api/ServiceEndpointApi.js';
import type { TaskAgentApi } from 'azure-devops-node-api/TaskAgentApi.js';
import type { Rest, RestCall } from './rest.ts';

/** The classes of azure-devops-node-api that we use, each bound to our own HTTP layer. */
export interface Clients {
  readonly git: GitApi;
  readonly build: BuildApi;
  readonly pipelines: PipelinesApi;
  readonly policy: PolicyApi;
  readonly endpoints: ServiceEndpointApi;
  readonly tasks: TaskAgentApi;
}

/** Resource areas of the classes (`ResourceAreas` ids), and the area whose locations each asks for. */
const AREAS = {
  git: { id: '4e080c62-fa21-4fbc-8fef-2a10a2b38049', area: 'git' },
  build: { id: '965220d5-5bb9-42cf-8d67-9b146df2a5a4', area: 'build' },
  pipelines: { id: '5264459e-e5e0-4bd8-b118-0985e68a4ec5', area: 'pipelines' },
  policy: { id: 'fb13a388-40dd-4a04-b530-013a739c72ef', area: 'policy' },
  endpoints: { id: '1814ab31-2f4f-4a9f-8761-f4d77dc5a5d7', area: 'serviceendpoint' },
  tasks: { id: 'a85b8835-c1a1-4aac-ae97-1c3d0ba72dbd', area: 'distributedtask' },
} as const;

/** Loads the classes when they are first needed, all in one chunk. */
export function loadClasses() {
  return import('./node-api.ts');
}

/** The base address of an area, by its id. */
export type AreaAddress = (areaId: string) => string;

/**
 * Constructs the clients and asks for the locations of all their areas at once.
 * Left to itself, the package asks one after another, and once more for each call in flight.
 */
export async function makeClients(
  classes: Awaited<ReturnType<typeof loadClasses>>,
  rest: Rest,
  addressOf: AreaAddress,
): Promise<Clients> {
  const adapter = makeAdapter(rest);
  const at = (key: keyof typeof AREAS) => addressOf(AREAS[key].id);
  const clients: Clients = {
    git: bind(new classes.GitApi(at('git'), []), adapter),
    build: bind(new classes.BuildApi(at('build'), []), adapter),
    pipelines: bind(new classes.PipelinesApi(at('pipelines'), []), adapter),
    policy: bind(new classes.PolicyApi(at('policy'), []), adapter),
    endpoints: bind(new classes.ServiceEndpointApi(at('endpoints'), []), adapter),
    tasks: bind(new classes.TaskAgentApi(at('tasks'), []), adapter),
  };
  const areas = Object.values(AREAS);
  await Promise.all(areas.map(({ id, area }) => adapter.options(`${addressOf(id)}/_apis/${area}`)));
  return clients;
}

/** What azure-devops-node-api hands to its REST client. */
interface NodeApiOptions {
  readonly acceptHeader?: string;
  readonly additionalHeaders?: Readonly<Record<string, string>>;
}

type Adapter = ReturnType<typeof makeAdapter>;

/**
 * Stands where the package's own REST client stood. That one answers `null` for 404, for sign-in pages and for
 * empty bodies, leaks a `rateLimit` property into results and never waits for Retry-After; this one throws and waits.
 */
function makeAdapter(rest: Rest) {
  const locations = new Map<string, Promise<{ statusCode: number; result: unknown; headers: object }>>();
  const call = async (method: RestCall['method'], url: string, options: NodeApiOptions = {}, body?: unknown) => {
    const version = /api-version=([^;]+)/.exec(options.acceptHeader ?? '')?.[1];
    const answer = await rest.call<unknown>({
      method,
      url,
      ...(body === undefined ? {} : { body }),
      ...(version === undefined ? {} : { version }),
      ...(options.additionalHeaders === undefined ? {} : { headers: options.additionalHeaders }),
    });
    return { statusCode: answer.status, result: answer.body, headers: {} };
  };
  return {
    options(url: string) {
      // The server files the same area as `Build` and `build`.
      const key = url.toLowerCase();
      const known = locations.get(key) ?? call('OPTIONS', url);
      locations.set(key, known);
      return known;
    },
    get: (url: string, options?: NodeApiOptions) => call('GET', url, options),
    del: (url: string, options?: NodeApiOptions) => call('DELETE', url, options),
    create: (url: string, body: unknown, options?: NodeApiOptions) => call('POST', url, options, body),
    update: (url: string, body: unknown, options?: NodeApiOptions) => call('PATCH', url, options, body),
    replace: (url: string, body: unknown, options?: NodeApiOptions) => call('PUT', url, options, body),
  };
}

function bind<Client extends { rest: unknown; vsoClient: { restClient: unknown } }>(
  client: Client,
  adapter: Adapter,
): Client {
  client.rest = adapter;
  client.vsoClient.restClient = adapter;
  return client;
}
