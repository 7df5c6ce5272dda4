import {
  type Answer,
  type Call,
  findQuery,
  findQueryList,
  getBody,
  type Handlers,
  isObject,
  isQuerySet,
  list,
  ok,
  toObject,
  toText,
} from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { mayAll, requireRight } from './rights.ts';
import { findNamespace, namespaces } from './security-namespaces.ts';
import type { AccessEntry, Json } from './state.ts';

function getNamespaceId(call: Call): string {
  const id = call.params.securityNamespaceId ?? '';
  const namespace = findNamespace(id);
  if (namespace) return namespace.id;
  throw new ServiceError(404, 'InvalidSecurityNamespaceException', `The security namespace ${id} does not exist.`);
}

function describe({ descriptor, allow, deny }: AccessEntry, isExtended: boolean): Json {
  return {
    descriptor,
    allow,
    deny,
    extendedInfo: isExtended ? { effectiveAllow: allow & ~deny, effectiveDeny: deny } : {},
  };
}

function entriesOf(call: Call, namespace: string): readonly AccessEntry[] {
  return call.organization.accessEntries.filter((entry) => entry.namespace === namespace);
}

/** Adds bits (`merge`) or replaces what the descriptor had on the token. */
function setEntry(call: Call, namespace: string, token: string, sent: Json, merge: boolean): AccessEntry {
  const descriptor = toText(sent.descriptor);
  if (descriptor === '')
    throw badRequest('Value cannot be null.\r\nParameter name: descriptor', 'ArgumentNullException');
  const allow = Number(sent.allow ?? 0);
  const deny = Number(sent.deny ?? 0);
  const old = entriesOf(call, namespace).find((entry) => entry.token === token && entry.descriptor === descriptor);
  if (!old) {
    const entry = { namespace, token, descriptor, allow, deny };
    call.organization.accessEntries.push(entry);
    return entry;
  }
  old.allow = merge ? (old.allow | allow) & ~deny : allow;
  old.deny = merge ? (old.deny | deny) & ~allow : deny;
  return old;
}

function writeEntries(call: Call): Answer {
  const namespace = getNamespaceId(call);
  const body = getBody(call);
  const token = toText(body.token);
  requireRight(call, 'ManagePermissions', { token });
  const entries = Array.isArray(body.accessControlEntries) ? body.accessControlEntries.filter(isObject) : [];
  if (token === '' || entries.length === 0) {
    throw badRequest('Value cannot be null.\r\nParameter name: accessControlEntries', 'ArgumentNullException');
  }
  return list(entries.map((entry) => describe(setEntry(call, namespace, token, entry, body.merge === true), false)));
}

function removeEntries(call: Call): Answer {
  const namespace = getNamespaceId(call);
  const token = findQuery(call, 'token') ?? '';
  requireRight(call, 'ManagePermissions', { token });
  const descriptors = findQueryList(call, 'descriptors') ?? [];
  const before = call.organization.accessEntries.length;
  call.organization.accessEntries = call.organization.accessEntries.filter(
    (entry) => entry.namespace !== namespace || entry.token !== token || !descriptors.includes(entry.descriptor),
  );
  return ok(call.organization.accessEntries.length < before);
}

function showLists(call: Call): Answer {
  const namespace = getNamespaceId(call);
  const token = findQuery(call, 'token');
  const descriptors = findQueryList(call, 'descriptors');
  const isExtended = isQuerySet(call, 'includeExtendedInfo');
  const isRecursive = isQuerySet(call, 'recurse');
  const byToken = new Map<string, Json>();
  for (const entry of entriesOf(call, namespace)) {
    const isWanted =
      token === undefined || entry.token === token || (isRecursive && entry.token.startsWith(`${token}/`));
    if (!isWanted || (descriptors && !descriptors.includes(entry.descriptor))) continue;
    byToken.set(entry.token, { ...byToken.get(entry.token), [entry.descriptor]: describe(entry, isExtended) });
  }
  return list(
    [...byToken].map(([key, acesDictionary]) => ({
      inheritPermissions: true,
      token: key,
      ...(isExtended ? { includeExtendedInfo: true } : {}),
      acesDictionary,
    })),
  );
}

/** Replaces whole lists: what a token's list does not name is gone. */
function writeLists(call: Call): Answer {
  const namespace = getNamespaceId(call);
  const { value } = getBody(call);
  const lists = Array.isArray(value) ? value.filter(isObject) : [];
  for (const { token } of lists) requireRight(call, 'ManagePermissions', { token: toText(token) });
  for (const { token, acesDictionary } of lists) {
    call.organization.accessEntries = call.organization.accessEntries.filter(
      (entry) => entry.namespace !== namespace || entry.token !== toText(token),
    );
    for (const entry of Object.values(toObject(acesDictionary)).filter(isObject)) {
      setEntry(call, namespace, toText(token), entry, false);
    }
  }
  return { status: 204 };
}

function showPermissions(call: Call): Answer {
  const namespace = getNamespaceId(call);
  const bits = Number(call.params.permissions ?? findQuery(call, 'permissions') ?? 0);
  const tokens = findQueryList(call, 'tokens') ?? [];
  return list(tokens.map((token) => mayAll(call, namespace, token, bits)));
}

function evaluateBatch(call: Call): Answer {
  const body = getBody(call);
  const evaluations = Array.isArray(body.evaluations) ? body.evaluations.filter(isObject) : [];
  return ok({
    ...body,
    evaluations: evaluations.map((entry) => ({
      ...entry,
      value: mayAll(
        call,
        toText(entry.securityNamespaceId).toLowerCase(),
        toText(entry.token),
        Number(entry.permissions),
      ),
    })),
  });
}

function showNamespaces(call: Call): Answer {
  const id = call.params.securityNamespaceId;
  const shown = namespaces
    .filter((namespace) => id === undefined || namespace.id === id.toLowerCase())
    .map((namespace) => ({
      namespaceId: namespace.id,
      name: namespace.name,
      displayName: namespace.name,
      separatorValue: '/',
      elementLength: -1,
      writePermission: namespace.writePermission,
      readPermission: namespace.readPermission,
      actions: Object.entries(namespace.actions).map(([name, bit]) => ({
        bit,
        name,
        displayName: name,
        namespaceId: namespace.id,
      })),
    }));
  return list(shown);
}

/** Who may do what. */
export const securityHandlers: Handlers = {
  accessControlEntries: { POST: writeEntries, DELETE: removeEntries },
  accessControlLists: { GET: showLists, POST: writeLists },
  permissions: { GET: showPermissions },
  permissionBatch: { POST: evaluateBatch },
  securityNamespaces: { GET: showNamespaces },
};
