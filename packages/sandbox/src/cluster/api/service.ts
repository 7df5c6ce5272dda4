import { randomUUID } from 'node:crypto';
import type { SandboxReply, SandboxRequest, Service } from '../../router.ts';
import type { NodeAgent } from '../node/node-agent.ts';
import { describeRemoved, type Propagation, removeObject } from '../remove-object.ts';
import { isJson } from '../schema/json.ts';
import type { ServiceProxies } from '../service-proxies.ts';
import { badRequest, forbidden, noResource, notAllowed, notFound, StatusError } from '../status-error.ts';
import type { WriteContext } from '../write-object.ts';
import { findDiscovery } from './discovery.ts';
import { findOpenApi } from './open-api.ts';
import { parseBody } from './parse-body.ts';
import { sendLog } from './pod-log.ts';
import { getObject, listObjects } from './read.ts';
import { findTarget, findVerb, type Target } from './target.ts';
import { watchObjects } from './watch.ts';
import { patchObject, postObject, putObject } from './write.ts';

/** Who calls the cluster. */
export interface ClusterUser {
  readonly name: string;
  /** Whether it may change anything. */
  readonly mayWrite: boolean;
  /** Whether it may change what belongs to no namespace. */
  readonly isAdministrator: boolean;
}

/** What the API needs from the cluster around it. */
export interface ApiContext extends WriteContext {
  readonly signIn: (authorization: string | undefined) => ClusterUser | undefined;
  readonly node: NodeAgent;
  readonly proxies: ServiceProxies;
}

/** The API server of a Kubernetes cluster, for the kinds of its list. */
export function apiService(context: ApiContext): Service {
  return async (request) => {
    try {
      return withAuditId(await answer(context, request));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return withAuditId({ status: error.code, body: error.toBody() });
    }
  };
}

function withAuditId(reply: SandboxReply): SandboxReply {
  if (reply === 'handled') return reply;
  const type: Record<string, string> =
    typeof reply.body === 'string' || Buffer.isBuffer(reply.body) ? {} : { 'content-type': 'application/json' };
  return {
    ...reply,
    headers: { 'audit-id': randomUUID(), 'cache-control': 'no-cache, private', ...type, ...reply.headers },
  };
}

function answer(context: ApiContext, request: SandboxRequest): SandboxReply | Promise<SandboxReply> {
  const user = context.signIn(request.headers.authorization);
  if (!user) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  const known = request.method === 'GET' ? (findDiscovery(request) ?? findOpenApi(request.path)) : undefined;
  if (known) return known;
  const target = findTarget(request.path);
  if (!target) throw noResource();
  const isWatch = /^(1|true)$/.test(request.query.get('watch') ?? '');
  const verb = findVerb(request.method, target, isWatch);
  if (verb === undefined) throw notAllowed();
  checkRight(user, verb, target);
  if (target.subresource === 'proxy') return context.proxies.forward(target, request);
  if (target.subresource === 'log') return sendLog(context, target, request);
  switch (verb) {
    case 'get':
      return getObject(context.objects, target, request, context.now());
    case 'list':
      return listObjects(context.objects, target, request, context.now());
    case 'watch':
      return watchObjects(context.objects, target, request, context.now);
    case 'create':
      return postObject(context, target, request);
    case 'update':
      return putObject(context, target, request);
    case 'patch':
      return patchObject(context, target, request);
    case 'delete':
      return deleteObject(context, target, request);
  }
}

function checkRight(user: ClusterUser, verb: string, { kind, namespace, name }: Target): void {
  const reads = verb === 'get' || verb === 'list' || verb === 'watch';
  const may = reads || (user.mayWrite && (kind.isNamespaced || user.isAdministrator));
  if (!may) throw forbidden(user.name, verb, kind, namespace, name ?? '');
}

function deleteObject(context: ApiContext, target: Target, request: SandboxRequest): SandboxReply {
  const { kind, namespace, name = '' } = target;
  const object = context.objects.find(kind, namespace, name);
  if (!object) throw notFound(kind, name);
  const body = request.body.length === 0 ? {} : parseBody(request);
  const given = isJson(body) ? body : {};
  const grace = request.query.get('gracePeriodSeconds') ?? given.gracePeriodSeconds;
  const dryRun = request.query.get('dryRun') ?? (Array.isArray(given.dryRun) ? given.dryRun[0] : undefined);
  const preconditions = isJson(given.preconditions) ? given.preconditions : {};
  const going = removeObject(context, kind, object, {
    propagation: toPropagation(request.query.get('propagationPolicy') ?? given.propagationPolicy),
    gracePeriod: grace === undefined || grace === null ? undefined : Number(grace),
    dryRun: dryRun === 'All',
    uid: typeof preconditions.uid === 'string' ? preconditions.uid : undefined,
  });
  return { status: 200, body: going ?? describeRemoved(kind, object) };
}

function toPropagation(policy: unknown): Propagation {
  if (policy === undefined || policy === null || policy === 'Background') return 'Background';
  if (policy === 'Foreground' || policy === 'Orphan') return policy;
  throw badRequest(
    `Unsupported value: ${JSON.stringify(policy)}: supported values: "Orphan", "Background", "Foreground", "nil"`,
  );
}
