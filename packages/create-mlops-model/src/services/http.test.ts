import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpOptions, makeHttp } from './http.ts';
import { LostAnswer } from './service-error.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const servers: Server[] = [];
const layers: { close(): void }[] = [];

afterEach(async () => {
  for (const layer of layers.splice(0)) layer.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: Handler): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => handler(request, response, ++count));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A layer whose clock moves only by sleeping. */
function layer(options: Partial<HttpOptions> = {}) {
  let time = Date.parse('2026-11-22T12:00:00Z');
  const slept: number[] = [];
  const http = makeHttp({
    environment: {},
    now: () => time,
    random: () => 1,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      time += milliseconds;
    },
    ...options,
  });
  layers.push(http);
  return { http, slept };
}

describe('Retry-After', () => {
  test.each([
    ['429 in seconds', 429, '7', 7000],
    ['429 as a date', 429, 'Sun, 22 Nov 2026 12:00:09 GMT', 9000],
    ['503', 503, '2', 2000],
  ])('%s: waits as long, for POST too', async (_name, status, header, wait) => {
    const url = await serve((_request, response, count) => {
      if (count === 1) response.writeHead(status, { 'retry-after': header }).end();
      else response.end('done');
    });
    const { http, slept } = layer();
    expect(await http.send({ method: 'POST', url, body: '{}' })).toMatchObject({ status: 200, text: 'done' });
    expect(slept).toEqual([wait]);
  });

  test('on 200: the answer counts, and the next request waits', async () => {
    const url = await serve((_request, response) => response.writeHead(200, { 'retry-after': '5' }).end('ok'));
    const { http, slept } = layer();
    expect((await http.send({ method: 'GET', url })).status).toBe(200);
    expect(slept).toEqual([]);
    await http.send({ method: 'GET', url });
    expect(slept).toEqual([5000]);
  });

  test('longer than the budget: the answer is handed on', async () => {
    const url = await serve((_request, response) => response.writeHead(429, { 'retry-after': '600' }).end());
    const { http, slept } = layer();
    expect((await http.send({ method: 'GET', url })).status).toBe(429);
    expect(slept).toEqual([]);
  });

  test('longer than the budget after 200: the next request says to try again', async () => {
    const url = await serve((_request, response) => response.writeHead(200, { 'retry-after': '600' }).end());
    const { http } = layer();
    await http.send({ method: 'GET', url });
    await expect(http.send({ method: 'GET', url })).rejects.toMatchObject({ code: 'try-again' });
  });
});

describe('failures', () => {
  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is repeated after a 500', async (method) => {
    const url = await serve((_request, response, count) => {
      response.statusCode = count < 3 ? 500 : 200;
      response.end();
    });
    const { http, slept } = layer();
    expect((await http.send({ method, url })).status).toBe(200);
    expect(slept).toEqual([500, 1000]);
  });

  test('POST is not repeated after a 500', async () => {
    const url = await serve((_request, response) => response.writeHead(500).end());
    const { http } = layer();
    expect((await http.send({ method: 'POST', url })).status).toBe(500);
    expect(http.counts().total).toBe(1);
  });

  test('an organisation that is switched off is not waited for', async () => {
    const url = await serve((_request, response) => response.writeHead(503).end('TF24668: deactivated'));
    const { http } = layer();
    expect((await http.send({ method: 'GET', url })).status).toBe(503);
    expect(http.counts().total).toBe(1);
  });

  test('a POST whose answer is lost surfaces as such; it is not sent twice', async () => {
    let effects = 0;
    const url = await serve((request) => {
      effects += 1;
      request.socket.destroy();
    });
    const { http } = layer();
    await expect(http.send({ method: 'POST', url })).rejects.toBeInstanceOf(LostAnswer);
    expect(effects).toBe(1);
  });

  test('half an answer to a POST is a lost one', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 10);
    });
    const { http } = layer();
    await expect(http.send({ method: 'POST', url })).rejects.toBeInstanceOf(LostAnswer);
  });

  test('a GET whose answer is lost is sent again', async () => {
    const url = await serve((request, response, count) => {
      if (count === 1) request.socket.destroy();
      else response.end('second');
    });
    const { http } = layer();
    expect((await http.send({ method: 'GET', url })).text).toBe('second');
  });

  test('a POST that never left is sent again, and then unreachable', async () => {
    const url = await serve((_request, response) => response.end());
    servers[0]?.close();
    servers[0]?.closeAllConnections();
    const { http } = layer();
    await expect(http.send({ method: 'POST', url })).rejects.toMatchObject({ code: 'unreachable' });
    expect(http.counts().total).toBe(3);
  });

  test('silence is a failure', async () => {
    const url = await serve(() => undefined);
    const { http } = layer({ timeout: 30 });
    await expect(http.send({ method: 'POST', url })).rejects.toBeInstanceOf(LostAnswer);
  });
});

test('a write that met another one is sent again', async () => {
  const url = await serve((_request, response, count) => {
    if (count === 1) response.writeHead(409).end('{"message":"TF400898: An Internal Error Occurred."}');
    else response.end();
  });
  const { http } = layer();
  expect((await http.send({ method: 'PATCH', url })).status).toBe(200);
});

test('counts requests, and the longest chain of them', async () => {
  const url = await serve((_request, response) => setTimeout(() => response.end(), 5));
  const { http } = layer({ sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) });
  const get = () => http.send({ method: 'GET', url });
  await Promise.all([get(), get(), get()]);
  expect(http.counts()).toEqual({ total: 3, sequential: 1 });
  await get();
  await get();
  expect(http.counts()).toEqual({ total: 5, sequential: 3 });
});

test('a byte order mark before the body is taken off', async () => {
  const url = await serve((_request, response) => response.end('\uFEFF{"message":"x"}'));
  expect(JSON.parse((await layer().http.send({ method: 'GET', url })).text)).toEqual({ message: 'x' });
});

test('attempts are told without credentials', async () => {
  const url = await serve((_request, response) => response.end());
  const told: unknown[] = [];
  const { http } = layer({ onAttempt: (attempt) => told.push(attempt) });
  await http.send({ method: 'GET', url: `${url}/x`, headers: { authorization: 'Basic c2VjcmV0' } });
  expect(told).toEqual([{ method: 'GET', url: `${url}/x`, result: 200, milliseconds: 0 }]);
});

describe('proxy', () => {
  async function serveProxy(): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((_request, response) => response.writeHead(405).end());
    server.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const port = Number((request.url ?? '').split(':')[1]);
      // Whatever the name, the test's own server is behind it.
      const upstream = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test.each(['http_proxy', 'HTTP_PROXY'])('goes through CONNECT with %s', async (name) => {
    const port = new URL(await serve((_request, response) => response.end('behind'))).port;
    const proxy = await serveProxy();
    const { http } = layer({ environment: { [name]: proxy.url } });
    expect((await http.send({ method: 'GET', url: `http://devops.test:${port}/` })).text).toBe('behind');
    expect(proxy.asked).toEqual([`devops.test:${port}`]);
  });

  test('this machine is reached without it', async () => {
    const url = await serve((_request, response) => response.end('direct'));
    const proxy = await serveProxy();
    const { http } = layer({ environment: { http_proxy: proxy.url, https_proxy: proxy.url } });
    expect((await http.send({ method: 'GET', url })).text).toBe('direct');
    expect(proxy.asked).toEqual([]);
  });
});
