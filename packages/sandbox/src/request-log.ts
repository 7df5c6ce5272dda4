import type { Service } from './router.ts';

/** One request that was answered. */
export interface LoggedRequest {
  readonly service: string;
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  /** 0: the connection was cut. */
  readonly status: number;
  /** Key of the identity, name of the connection or credential, or `null`. */
  readonly who: string | null;
  /** Milliseconds since 1970 when it came. */
  readonly at: number;
  /** Milliseconds it took. */
  readonly ms: number;
}

const LIMIT = 5000;

/** The last requests to all services, oldest first; never a header or a body. */
export interface RequestLog {
  list(): readonly LoggedRequest[];
  clear(): void;
  /** The same service, noted. */
  wrap(name: string, service: Service): Service;
}

/** The log lives in memory. @param nameCaller who sent an `Authorization` header */
export function makeRequestLog(nameCaller: (authorization: string | undefined) => string | null): RequestLog {
  let requests: LoggedRequest[] = [];
  return {
    list: () => requests,
    clear() {
      requests = [];
    },
    wrap: (name, service) => async (request) => {
      const at = Date.now();
      const who = nameCaller(request.headers.authorization);
      const path = request.raw.request.url ?? request.path;
      const note = (status: number) => {
        requests.push({ service: name, method: request.method, path, status, who, at, ms: Date.now() - at });
        if (requests.length > LIMIT) requests = requests.slice(-LIMIT / 2);
      };
      try {
        const reply = await service(request);
        note(
          reply === 'handled'
            ? request.raw.request.socket.destroyed
              ? 0
              : request.raw.response.statusCode
            : reply.status,
        );
        return reply;
      } catch (error) {
        note(500);
        throw error;
      }
    },
  };
}
