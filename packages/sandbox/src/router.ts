import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/** One request as a service's handlers see it. */
export interface SandboxRequest {
  readonly method: string;
  /** Path without query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The whole body; at most 32 MiB. */
  readonly body: Buffer;
  /** Body as JSON (a leading BOM is ignored); `undefined` when empty; throws `SyntaxError`. */
  json(): unknown;
  /** The raw pair, for streaming handlers such as `git http-backend`. The body has been read already, but where a port streams. */
  readonly raw: { readonly request: IncomingMessage; readonly response: ServerResponse };
}

/** What a handler answers. An object body is sent as JSON. `'handled'`: the handler wrote to `raw.response` itself. */
export type SandboxReply =
  | 'handled'
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** A whole service: every request of one port goes to one of these. */
export type Service = (request: SandboxRequest) => SandboxReply | Promise<SandboxReply>;

/** Placeholders of the matched template, percent-decoded. */
export type Params = Readonly<Record<string, string>>;

/** One route: literal segments match case-insensitively, `{name}` one segment, `{*name}` the rest (may be empty). */
export interface Route<Context> {
  readonly method: string;
  readonly template: string;
  readonly handle: (request: SandboxRequest, params: Params, context: Context) => SandboxReply | Promise<SandboxReply>;
}

/** The first route that fits, with its parameters. */
export function matchRoute<Context>(
  routes: readonly Route<Context>[],
  method: string,
  path: string,
): { route: Route<Context>; params: Params } | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchTemplate(route.template, segments);
    if (params) return { route, params };
  }
  return undefined;
}

function matchTemplate(template: string, segments: readonly string[]): Params | undefined {
  const parts = template.split('/').filter((part) => part !== '');
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const rest = /^\{\*(\w+)\}$/.exec(part);
    if (rest?.[1]) {
      params[rest[1]] = segments.slice(index).map(decodeURIComponent).join('/');
      return params;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name) params[name] = decodeURIComponent(segment);
    else if (part.toLowerCase() !== decodeURIComponent(segment).toLowerCase()) return undefined;
  }
  return parts.length === segments.length ? params : undefined;
}

const BODY_LIMIT = 32 * 1024 * 1024;

/** `read`: before the service is asked · `stream`: the service reads `raw.request` itself, and `body` is empty. */
export type Bodies = 'read' | 'stream';

/** How a port is served. */
export interface ListenOptions {
  /** Default `read`. */
  readonly bodies?: Bodies;
  /** Key and certificate, as PEM; absent: plain HTTP. */
  readonly tls?: { readonly key: string; readonly certificate: string };
}

/** Serves one service on 127.0.0.1. @returns the server, listening; port 0 takes a free one */
export async function listen(service: Service, port: number, options: ListenOptions = {}): Promise<Server> {
  const { bodies = 'read', tls } = options;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void answer(service, request, response, bodies);
  };
  const server = tls ? createSecureServer({ key: tls.key, cert: tls.certificate }, listener) : createServer(listener);
  // A layer of some gigabytes takes its time.
  if (bodies === 'stream') server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function answer(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  bodies: Bodies,
): Promise<void> {
  try {
    const body = bodies === 'read' ? await readBody(request) : Buffer.alloc(0);
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const reply = await service({
      method: request.method ?? 'GET',
      path,
      query: new URLSearchParams(query),
      headers: request.headers,
      body,
      json: () => (body.length === 0 ? undefined : JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''))),
      raw: { request, response },
    });
    if (reply !== 'handled') send(response, reply);
  } catch (error) {
    if (!response.headersSent) send(response, { status: 500, body: { message: String(error) } });
    else response.destroy();
  }
}

function send(response: ServerResponse, reply: Exclude<SandboxReply, 'handled'>): void {
  const { status, body, headers } = reply;
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = toBytes(body);
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': type }),
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) throw new Error('body over 32 MiB');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
