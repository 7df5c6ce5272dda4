import { randomBytes } from 'node:crypto';
import type { SandboxReply, SandboxRequest } from '../../router.ts';
import { jsonPatch, mergePatch, type PatchOperation, strategicMergePatch } from '../apply/patch-object.ts';
import { getKind, getSchema, type Kind, toApiVersion } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { isJson, type Json } from '../schema/json.ts';
import { badRequest, invalid, notFound, StatusError } from '../status-error.ts';
import { applyObject, createObject, updateObject, type WriteContext, type WriteOptions } from '../write-object.ts';
import { decodeApplied, decodeObject, parseBody } from './parse-body.ts';
import { toRow } from './read.ts';
import type { Target } from './target.ts';

/** `POST` of an object. */
export function postObject(context: WriteContext, target: Target, request: SandboxRequest): SandboxReply {
  const { object, warnings } = decodeObject(parseBody(request), target.kind, request.query.get('fieldValidation'));
  const named = withName(object, target);
  checkNamespace(context, target);
  const stored = createObject(context, target.kind, named, toOptions(request, target, 'Update'));
  return reply(context, target.kind, stored, request, 201, warnings);
}

/** `PUT` of an object. */
export function putObject(context: WriteContext, target: Target, request: SandboxRequest): SandboxReply {
  const { object, warnings } = decodeObject(parseBody(request), target.kind, request.query.get('fieldValidation'));
  const stored = updateObject(context, target.kind, withName(object, target), toOptions(request, target, 'Update'));
  return reply(context, target.kind, stored, request, 200, warnings);
}

/** `PATCH` of an object, in each of its four forms. */
export function patchObject(context: WriteContext, target: Target, request: SandboxRequest): SandboxReply {
  const { kind, namespace, name = '' } = target;
  const type = (request.headers['content-type'] ?? '').split(';')[0];
  const live = context.objects.find(kind, namespace, name);
  if (type === 'application/apply-patch+yaml') return apply(context, target, request, live);
  if (!live) throw notFound(kind, name);
  const patched = patch(live as unknown as Json, parseBody(request), type, kind);
  const { object, warnings } = decodeObject(patched, kind, request.query.get('fieldValidation'));
  const stored = updateObject(context, kind, withName(object, target), toOptions(request, target, 'Update'));
  return reply(context, kind, stored, request, 200, warnings);
}

function apply(
  context: WriteContext,
  target: Target,
  request: SandboxRequest,
  live: KubeObject | undefined,
): SandboxReply {
  const { kind, namespace } = target;
  if (!request.query.get('fieldManager')) {
    const cause = {
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    };
    throw invalid({ ...kind, kind: 'PatchOptions', group: 'meta.k8s.io' }, '', [cause]);
  }
  const applied = withName(decodeApplied(parseBody(request), kind, namespace), target);
  if (!live) checkNamespace(context, target);
  const stored = applyObject(context, kind, applied, toOptions(request, target, 'Apply'));
  return reply(context, kind, stored, request, live ? 200 : 201, []);
}

function patch(live: Json, body: unknown, type: string | undefined, kind: Kind): unknown {
  if (type === 'application/merge-patch+json') return mergePatch(live, body);
  if (type === 'application/strategic-merge-patch+json') return strategicMergePatch(live, body, getSchema(kind));
  if (type !== 'application/json-patch+json') {
    const accepted = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'];
    const list = accepted.map((each) => `application/${each}`).join(', ');
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${list}`,
    );
  }
  try {
    return jsonPatch(live, body as PatchOperation[]);
  } catch (error) {
    throw new StatusError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${(error as Error).message}`,
    );
  }
}

/** Name and namespace of the path count; an object that names others is refused. */
function withName(object: Json, { kind, namespace, name }: Target): Json {
  const metadata: Json = isJson(object.metadata) ? { ...object.metadata } : {};
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (name !== undefined && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
  }
  if (metadata.name === undefined && typeof metadata.generateName === 'string') {
    metadata.name = `${metadata.generateName}${randomBytes(3).toString('hex').slice(0, 5)}`;
  }
  const place = namespace === undefined ? {} : { namespace };
  const chosen = metadata.name ?? name;
  if (chosen === undefined) {
    const cause = {
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    };
    throw invalid(kind, '', [cause]);
  }
  return { ...object, metadata: { ...metadata, ...place, name: chosen } };
}

function checkNamespace({ objects }: WriteContext, { namespace }: Target): void {
  if (namespace !== undefined && !objects.find(getKind('Namespace'), undefined, namespace)) {
    throw notFound(getKind('Namespace'), namespace);
  }
}

function toOptions(
  { query, headers }: SandboxRequest,
  { kind, subresource }: Target,
  operation: 'Apply' | 'Update',
): WriteOptions {
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== 'All') throw badRequest(`Unsupported value: "${dryRun}": supported values: "All"`);
  const name = query.get('fieldManager') || (headers['user-agent'] ?? 'unknown').split('/')[0] || 'unknown';
  return {
    manager: { name, operation, apiVersion: toApiVersion(kind), subresource },
    dryRun: dryRun === 'All',
    force: query.get('force') === 'true',
  };
}

function reply(
  { now }: WriteContext,
  kind: Kind,
  object: KubeObject,
  request: SandboxRequest,
  status: number,
  warnings: readonly string[],
): SandboxReply {
  const body = toRow(kind, object, request, now());
  if (warnings.length === 0) return { status, body };
  return { status, body, headers: { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') } };
}
