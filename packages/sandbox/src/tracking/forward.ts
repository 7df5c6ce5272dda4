import { request as ask, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { SandboxRequest } from '../router.ts';

/** Headers that belong to one connection, and those that are the guard's business alone. */
const NOT_PASSED = new Set(['authorization', 'connection', 'host', 'keep-alive', 'transfer-encoding']);

/** Passes a request on to the server behind the socket, and its answer back. @param body absent: still on the wire */
export async function forward(
  socketPath: string,
  { method, raw }: SandboxRequest,
  path: string,
  body: Buffer | undefined,
): Promise<void> {
  const { request, response } = raw;
  const query = /\?.*$/.exec(request.url ?? '')?.[0] ?? '';
  const kept = Object.entries(request.headers).filter(([name]) => !NOT_PASSED.has(name));
  const headers = { ...Object.fromEntries(kept), host: 'localhost' };
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = ask({ socketPath, method, path: `/${path}${query}`, headers }, resolve);
    asked.once('error', reject);
    if (body === undefined) pipeline(request, asked).catch(reject);
    else asked.end(body);
  });
  const back = Object.entries(answered.headers).filter(([name]) => !NOT_PASSED.has(name));
  response.writeHead(answered.statusCode ?? 502, Object.fromEntries(back));
  await pipeline(answered, response);
}
