import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { UserError } from '@create-mlops-model/core';
import { type Environment, makeAgents } from './http-agents.ts';
import { codeOf, isRepeatable, parseRetryAfter, toPause, wasNeverSent } from './http-retry.ts';
import { LostAnswer } from './service-error.ts';

/** One request. Credentials go in `headers` only. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute, without user part. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Safe to send twice; the default follows from the method (POST and PATCH are not). */
  readonly repeatable?: boolean;
}

/** One answer, whatever its status; header names in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Requests that were really sent, repeats included. */
export interface HttpCounts {
  readonly total: number;
  /** The longest chain of requests of which each began after another one had ended. */
  readonly sequential: number;
}

/** The one way out for every request that is not git's own. */
export interface Http {
  /**
   * Sends a request; repeats it where that is safe, within the budget.
   * @throws LostAnswer the answer to a request that must not be repeated was lost
   * @throws UserError `unreachable`
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Since the layer was made; printed by `--debug`. */
  counts(): HttpCounts;
  /** Lets go of idle connections. */
  close(): void;
}

/** What happened to one attempt; carries no header and no body. */
export interface HttpAttempt {
  readonly method: string;
  readonly url: string;
  /** The status, or the network error's code. */
  readonly result: number | string;
  readonly milliseconds: number;
}

/** Clock, luck and limits; the defaults are for real use. */
export interface HttpOptions {
  /** Where proxies are named. */
  readonly environment: Environment;
  readonly userAgent?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Longest time for one request with all its repeats, milliseconds. */
  readonly budget?: number;
  /** Longest silence on a connection, milliseconds. */
  readonly timeout?: number;
  /** Told about each attempt. */
  readonly onAttempt?: (attempt: HttpAttempt) => void;
}

/** Wide enough that the reads of one plan go out in one wave. */
const SOCKETS = 32;
/** Tries where the service failed, and where it could not be reached at all. */
const TRIES_FAILED = 5;
const TRIES_NEVER_SENT = 3;

/** Makes the HTTP layer. */
export function makeHttp(options: HttpOptions): Http {
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  const random = options.random ?? Math.random;
  const budget = options.budget ?? 120_000;
  const agents = makeAgents(options.environment, SOCKETS);
  const counter = makeCounter();
  /** Host → time before which nothing may be sent to it. */
  const holds = new Map<string, number>();

  const attempt = async (request: HttpRequest, url: URL): Promise<HttpResponse | Error> => {
    const agent = await agents.get(url);
    const ended = counter.begin();
    const start = now();
    let result: HttpResponse | Error;
    try {
      result = await exchange(request, url, {
        agent,
        timeout: options.timeout ?? 60_000,
        userAgent: options.userAgent,
      });
    } catch (error) {
      result = error instanceof Error ? error : new Error(String(error));
    }
    ended();
    const outcome = result instanceof Error ? codeOf(result) : result.status;
    options.onAttempt?.({ method: request.method, url: request.url, result: outcome, milliseconds: now() - start });
    return result;
  };

  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    const url = new URL(request.url);
    const deadline = now() + budget;
    for (let tries = 0; ; tries++) {
      const hold = (holds.get(url.host) ?? 0) - now();
      if (hold > 0) {
        if (now() + hold > deadline) throw throttled(url, hold);
        await sleep(hold);
      }
      const result = await attempt(request, url);
      if (!(result instanceof Error)) {
        const asked = parseRetryAfter(result.headers['retry-after'], now());
        if (asked !== undefined) holds.set(url.host, Math.max(holds.get(url.host) ?? 0, now() + asked));
      }
      if (!mayRepeat(request, result, tries + 1)) return settle(request, url, result);
      const pause = toPause(tries, random());
      const held = (holds.get(url.host) ?? 0) - now();
      if (now() + Math.max(pause, held) > deadline) return settle(request, url, result);
      if (held <= 0) await sleep(pause);
    }
  };
  return { send, counts: counter.counts, close: agents.close };
}

function mayRepeat(request: HttpRequest, result: HttpResponse | Error, tries: number): boolean {
  if (result instanceof Error) {
    if (wasNeverSent(result)) return tries < TRIES_NEVER_SENT;
    return isRepeatable(request) && tries < TRIES_FAILED;
  }
  // Refused before it took effect: safe for every method.
  if (result.status === 429) return true;
  // TF24668: the organisation is deactivated; waiting does not help.
  if (result.status === 503) return !result.text.includes('TF24668');
  // "The update conflicted with a concurrent update": taken back, whatever it was.
  if (result.status === 409 && result.text.includes('TF400898')) return tries < TRIES_FAILED;
  return result.status >= 500 && isRepeatable(request) && tries < TRIES_FAILED;
}

function settle(request: HttpRequest, url: URL, result: HttpResponse | Error): HttpResponse {
  if (!(result instanceof Error)) return result;
  if (!isRepeatable(request) && !wasNeverSent(result)) throw new LostAnswer(request.method, request.url, result);
  const reason = codeOf(result);
  throw new UserError(
    'unreachable',
    { en: `No answer from ${url.host} (${reason}).`, fr: `Aucune réponse de ${url.host} (${reason}).` },
    {
      en: 'Check the address and the network. Behind a proxy, set HTTPS_PROXY; with a certificate authority of your own, set NODE_EXTRA_CA_CERTS.',
      fr: 'Vérifiez l’adresse et le réseau. Derrière un mandataire, réglez HTTPS_PROXY; avec votre propre autorité de certification, NODE_EXTRA_CA_CERTS.',
    },
    { cause: result },
  );
}

function throttled(url: URL, wait: number): UserError {
  const seconds = Math.ceil(wait / 1000);
  return new UserError(
    'try-again',
    {
      en: `${url.host} asks to wait ${seconds} seconds before the next request.`,
      fr: `${url.host} demande d’attendre ${seconds} secondes avant la prochaine requête.`,
    },
    { en: 'Run the command again after that.', fr: 'Relancez la commande ensuite.' },
  );
}

function makeCounter() {
  let total = 0;
  let deepest = 0;
  let sequential = 0;
  return {
    /** @returns to be called when the request has ended */
    begin(): () => void {
      total += 1;
      const depth = deepest + 1;
      sequential = Math.max(sequential, depth);
      return () => {
        deepest = Math.max(deepest, depth);
      };
    },
    counts: (): HttpCounts => ({ total, sequential }),
  };
}

interface Wire {
  readonly agent: import('node:http').Agent;
  readonly timeout: number;
  readonly userAgent: string | undefined;
}

function exchange(request: HttpRequest, url: URL, wire: Wire): Promise<HttpResponse> {
  const body = request.body === undefined ? undefined : Buffer.from(request.body, 'utf8');
  const headers: Record<string, string | number> = {
    'user-agent': wire.userAgent ?? 'create-mlops-model',
    ...request.headers,
  };
  if (body) headers['content-length'] = body.length;
  else if (request.method !== 'GET' && request.method !== 'HEAD') headers['content-length'] = 0;
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = open(url, { method: request.method, headers, agent: wire.agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        // Some bodies of Azure DevOps begin with a byte order mark.
        const text = Buffer.concat(chunks)
          .toString('utf8')
          .replace(/^\uFEFF/, '');
        resolve({ status: incoming.statusCode ?? 0, headers: flatten(incoming.headers), text });
      });
    });
    outgoing.setTimeout(wire.timeout, () => outgoing.destroy(new Error(`silent for ${wire.timeout} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}
