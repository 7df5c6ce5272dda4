import { randomBytes } from 'node:crypto';
import { getKind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { Json } from './schema/json.ts';
import { createObject, toTimestamp, type WriteContext } from './write-object.ts';

/** So many events are kept; an API server forgets them after an hour. */
const LIMIT = 1000;

/** Notes what has happened to an object; the same again counts up. */
export function recordEvent(
  context: WriteContext,
  object: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  component: string,
): void {
  const kind = getKind('Event');
  const { name, namespace = 'default', uid, resourceVersion } = object.metadata;
  const now = toTimestamp(context.now());
  const events = context.objects.list(kind) as readonly (KubeObject & Json)[];
  const same = events.find(
    (event) => (event.involvedObject as Json).uid === uid && event.reason === reason && event.message === message,
  );
  if (same) {
    context.objects.put(kind, { ...same, count: Number(same.count) + 1, lastTimestamp: now } as KubeObject);
    return;
  }
  const involvedObject = { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid, resourceVersion };
  const event = {
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject,
    type,
    reason,
    message,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component },
    reportingComponent: component,
  };
  createObject(context, kind, event, { manager: { name: component, operation: 'Update', apiVersion: 'v1' } });
  for (const old of oldest(events, events.length - LIMIT)) context.objects.remove(kind, old);
}

function oldest(events: readonly (KubeObject & Json)[], count: number): readonly KubeObject[] {
  if (count <= 0) return [];
  return [...events].sort((a, b) => (String(a.lastTimestamp) < String(b.lastTimestamp) ? -1 : 1)).slice(0, count);
}
