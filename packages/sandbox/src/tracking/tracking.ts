import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { findIdentity, type Identity } from '../identities.ts';
import type { SandboxReply, SandboxRequest, Service } from '../router.ts';
import { AUDIENCES } from '../sign-in/audiences.ts';
import type { Tokens } from '../sign-in/tokens.ts';
import { findRefusal } from './azure-ml-rules.ts';
import { forward } from './forward.ts';
import type { MlflowServer } from './mlflow-server.ts';
import { findRest } from './workspace-path.ts';

/** What the tracking server of a machine-learning workspace stands on. */
export interface TrackingContext {
  readonly server: MlflowServer;
  readonly tokens: Tokens;
  /** People who may sign in with tokens of their own. */
  readonly identities: () => readonly Identity[];
}

/**
 * Tracking as Azure ML offers it: MLflow's own server behind a guard that asks for a token and refuses what Azure ML does
 * not have, so that what passes here passes there. It reads bodies itself: a model's files may be large.
 */
export function trackingService(context: TrackingContext): Service {
  return async (request) => {
    const reply = await answer(context, request);
    // What was not read has to be taken from the wire, or the connection cannot be used again.
    if (reply !== 'handled') request.raw.request.resume();
    return reply;
  };
}

async function answer(context: TrackingContext, request: SandboxRequest): Promise<SandboxReply> {
  const path = findRest(request.path);
  if (path === undefined) return { status: 404, body: '' };
  const caller = findCaller(context, request.headers.authorization);
  switch (caller) {
    case 'nobody':
      return fail(401, 'UserError', 'Bearer token not provided.', 'AuthorizationError');
    case 'expired':
      return fail(401, 'UserError', 'Bearer token has expired.', 'AuthorizationError');
    case 'stranger':
      return fail(401, 'UserError', 'Bearer token is not valid for this service.', 'AuthorizationError');
    case 'reader':
      if (request.method !== 'GET' && !path.endsWith('/search')) {
        return fail(403, 'UserError', 'The user does not have authorization to perform this action.', 'ForbiddenError');
      }
      break;
    case 'contributor':
      break;
  }
  const body = isJson(request) ? await readAll(request.raw.request) : undefined;
  const refusal = findRefusal({ path, query: request.query, fields: toFields(body) });
  switch (refusal?.kind) {
    case 'no-route':
      // An empty body, as on Azure (azure-sdk-for-python#44896).
      return { status: 404, body: '' };
    case 'unsupported':
      return fail(400, 'UserError', `Azure Machine Learning does not support ${refusal.what}.`, 'BadArgument');
    case undefined:
      return passOn(context.server, request, path, body);
  }
}

type Caller = 'contributor' | 'reader' | 'nobody' | 'expired' | 'stranger';

function findCaller({ tokens, identities }: TrackingContext, authorization: string | undefined): Caller {
  if (!/^bearer \S/i.test(authorization ?? '')) return 'nobody';
  const person = findIdentity(identities(), authorization);
  if (person) return person.role === 'reader' ? 'reader' : 'contributor';
  const found = tokens.find(authorization, AUDIENCES.machineLearning, AUDIENCES.management);
  if (found?.kind === 'expired') return 'expired';
  return found?.kind === 'valid' && found.subject.kind === 'application' ? 'contributor' : 'stranger';
}

/** In the form of Azure ML's errors (mlflow/mlflow#5846 shows one whole). */
function fail(status: number, code: string, message: string, inner: string): SandboxReply {
  const error = {
    code,
    severity: null,
    message,
    target: null,
    details: [],
    innerError: { code: inner, innerError: null },
  };
  const correlation = { operation: randomBytes(16).toString('hex'), request: randomBytes(8).toString('hex') };
  return { status, body: { error, correlation, time: new Date().toISOString(), componentName: 'mlflow' } };
}

/** Longest time that a request waits for the server to start; then the client is told to come again. */
const PATIENCE_MILLISECONDS = 60_000;

async function passOn(
  server: MlflowServer,
  request: SandboxRequest,
  path: string,
  body: Buffer | undefined,
): Promise<SandboxReply> {
  let socketPath: string | undefined;
  try {
    socketPath = await Promise.race([server.ensure(), sleep(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
  } catch (error) {
    return fail(
      503,
      'ServiceError',
      `The tracking server cannot be started: ${(error as Error).message}`,
      'ServiceUnavailable',
    );
  }
  if (socketPath === undefined) {
    const reply = fail(503, 'ServiceError', 'The tracking server is starting.', 'ServiceUnavailable');
    return reply === 'handled' ? reply : { ...reply, headers: { 'retry-after': '5' } };
  }
  try {
    await forward(socketPath, request, path, body);
    return 'handled';
  } catch (error) {
    if (request.raw.response.headersSent) throw error;
    return fail(502, 'ServiceError', `The tracking server did not answer: ${(error as Error).message}`, 'BadGateway');
  }
}

function isJson({ headers }: SandboxRequest): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What is no JSON object is left for MLflow to judge. */
function toFields(body: Buffer | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body?.toString('utf8') || '{}');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
