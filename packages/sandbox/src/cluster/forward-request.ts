import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Connections to pods are kept for less time than a server keeps an idle one, so that none is used as it closes. */
const agent = new Agent({ keepAlive: true, timeout: 1500, maxFreeSockets: 256 });

/** Headers that are about one connection, not about the request. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'upgrade'];

/** Where a request goes. */
export interface ForwardOptions {
  readonly port: number;
  readonly path: string;
  /** Absent: it is read from the request as it comes. */
  readonly body?: Buffer;
  /** The pod could not be reached, or was lost before its answer. */
  readonly onFailure: (error: Error) => void;
}

/** Sends a request on to a pod, and its answer back. */
export function forwardRequest(incoming: IncomingMessage, response: ServerResponse, options: ForwardOptions): void {
  const { port, path, body, onFailure } = options;
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
  const outgoing = request({ host: '127.0.0.1', port, method: incoming.method, path, headers, agent });
  outgoing.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', endToEnd(answer.rawHeaders));
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  outgoing.once('error', (error) => {
    if (response.headersSent) response.destroy();
    else onFailure(error);
  });
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  if (body) outgoing.end(body);
  else incoming.pipe(outgoing);
}

function endToEnd(raw: readonly string[]): string[] {
  return raw.filter((_, at) => !HOP_BY_HOP.includes((raw[at - (at % 2)] ?? '').toLowerCase()));
}
