import { setTimeout as sleep } from 'node:timers/promises';
import { type Hidden, hideUntilRead } from './fault-stale.ts';
import type { SandboxReply, SandboxRequest, Service } from './router.ts';
import { signInPage } from './sign-in-page.ts';

/** What can be made to go wrong. */
export type FaultKind =
  | 'status-401'
  | 'sign-in-203'
  | 'not-found'
  | 'conflict'
  | 'throttled-429'
  | 'ok-retry-after'
  | 'server-error-500'
  | 'unavailable-503'
  | 'drop-before'
  | 'drop-after'
  | 'slow'
  | 'stale';

/** Every kind, for checking what was asked for. */
export const FAULT_KINDS: readonly FaultKind[] = [
  'status-401',
  'sign-in-203',
  'not-found',
  'conflict',
  'throttled-429',
  'ok-retry-after',
  'server-error-500',
  'unavailable-503',
  'drop-before',
  'drop-after',
  'slow',
  'stale',
];

/** One thing that goes wrong, and when. Absent conditions fit every request. */
export interface Fault {
  readonly fault: FaultKind;
  /** `azureDevOps` or `databricks`. */
  readonly service?: string;
  readonly method?: string;
  /** Regular expression, tried on the path with its query. */
  readonly path?: string;
  /** So many fitting requests pass first. */
  readonly skip?: number;
  /** So many requests are hit; absent: all. */
  readonly times?: number;
  /** Milliseconds of `slow`; default 1000. */
  readonly ms?: number;
  /** Seconds of `throttled-429` and `ok-retry-after`; default 1. */
  readonly retryAfter?: number;
  /** How often a created object of `stale` is not there when read; default 1. */
  readonly reads?: number;
}

interface Armed {
  readonly fault: Fault;
  seen: number;
  hits: number;
}

/** The faults that are armed, and what goes wrong because of them. */
export interface Faults {
  arm(fault: Fault): void;
  list(): readonly (Fault & { readonly hits: number })[];
  clear(): void;
  /** The same service, with faults. */
  wrap(name: string, service: Service): Service;
}

/** Faults live in memory: a restart ends them. */
export function makeFaults(): Faults {
  let armed: Armed[] = [];
  let hidden: Hidden[] = [];
  const take = (service: string, request: SandboxRequest) => armed.find((entry) => isHit(entry, service, request));
  return {
    arm: (fault) => void armed.push({ fault, seen: 0, hits: 0 }),
    list: () => armed.map(({ fault, hits }) => ({ ...fault, hits })),
    clear() {
      armed = [];
      hidden = [];
    },
    wrap: (name, service) => async (request) => {
      const fault = take(name, request)?.fault;
      const run = () => hideUntilRead(hidden, request, service);
      if (!fault) return run();
      if (fault.fault !== 'stale') return suffer(fault, name, request, run);
      const reply = await service(request);
      hidden.push({ path: request.path, reply, left: fault.reads ?? 1 });
      return reply;
    },
  };
}

function isHit(armed: Armed, service: string, request: SandboxRequest): boolean {
  const { fault } = armed;
  if (fault.service !== undefined && fault.service !== service) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false;
  const query = request.query.size > 0 ? `?${request.query}` : '';
  if (fault.path !== undefined && !new RegExp(fault.path, 'i').test(decode(request.path) + query)) return false;
  armed.seen += 1;
  if (armed.seen <= (fault.skip ?? 0) || armed.hits >= (fault.times ?? Number.POSITIVE_INFINITY)) return false;
  armed.hits += 1;
  return true;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

type Run = () => Promise<SandboxReply>;

async function suffer(fault: Fault, service: string, request: SandboxRequest, run: Run): Promise<SandboxReply> {
  const retryAfter = String(fault.retryAfter ?? 1);
  switch (fault.fault) {
    case 'status-401':
      return { status: 401, headers: { 'www-authenticate': 'Bearer, Basic realm="http://127.0.0.1/"' } };
    case 'sign-in-203':
      return signInPage();
    case 'not-found':
      return problem(service, 404, 'VS800075: The resource was not found.');
    case 'conflict':
      return problem(
        service,
        409,
        'TF400898: An Internal Error Occurred. The update conflicted with a concurrent update.',
      );
    case 'throttled-429':
      return withHeaders(problem(service, 429, THROTTLED), rateHeaders(retryAfter));
    case 'ok-retry-after':
      return withHeaders(await run(), rateHeaders(retryAfter));
    case 'server-error-500':
      return problem(service, 500, 'TF400898: An Internal Error Occurred.');
    case 'unavailable-503':
      return unavailable(service);
    case 'drop-before':
      request.raw.request.socket.destroy();
      return 'handled';
    case 'drop-after':
      await run();
      request.raw.request.socket.destroy();
      return 'handled';
    case 'slow':
      await sleep(fault.ms ?? 1000);
      return run();
    case 'stale':
      return run();
  }
}

/** A body that the clients of the service hit understand: DevOps reads `typeKey`, Databricks `error_code`. */
function problem(service: string, status: number, message: string): Exclude<SandboxReply, 'handled'> {
  if (service === 'databricks') return { status, body: { error_code: DATABRICKS_CODES[status], message } };
  const typeKey = status === 429 ? 'RequestBlockedException' : 'VssServiceException';
  const name = `Microsoft.VisualStudio.Services.Common.${typeKey}, Microsoft.VisualStudio.Services.Common`;
  return {
    status,
    body: { $id: '1', innerException: null, message, typeName: name, typeKey, errorCode: 0, eventId: 3000 },
  };
}

const DATABRICKS_CODES: Readonly<Record<number, string>> = {
  404: 'RESOURCE_DOES_NOT_EXIST',
  409: 'RESOURCE_CONFLICT',
  429: 'REQUEST_LIMIT_EXCEEDED',
  500: 'INTERNAL_ERROR',
  503: 'TEMPORARILY_UNAVAILABLE',
};

function rateHeaders(retryAfter: string): Record<string, string> {
  return {
    'retry-after': retryAfter,
    'x-ratelimit-resource': 'User/DbCpu',
    'x-ratelimit-delay': '1.000',
    'x-ratelimit-limit': '200',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + Number(retryAfter)),
  };
}

const THROTTLED =
  'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource DbCpu in namespace User.';

/** Azure DevOps' own 503 begins with a byte order mark, so that `JSON.parse` fails on it. */
function unavailable(service: string): SandboxReply {
  const reply = problem(service, 503, 'TF24668: The following team project collection is stopped: 1.');
  if (service === 'databricks') return reply;
  const body = `\uFEFF${JSON.stringify(reply.body)}`;
  return { status: 503, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

function withHeaders(reply: SandboxReply, headers: Record<string, string>): SandboxReply {
  return reply === 'handled' ? reply : { ...reply, headers: { ...reply.headers, ...headers } };
}
