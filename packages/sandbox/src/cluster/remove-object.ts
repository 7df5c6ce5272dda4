import { KINDS, type Kind } from './kinds.ts';
import type { KubeObject, Pod } from './objects.ts';
import { outdated } from './status-error.ts';
import { toTimestamp, type WriteContext } from './write-object.ts';

/** What becomes of the objects that an object owns. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** How an object is removed. */
export interface RemoveOptions {
  readonly propagation?: Propagation;
  /** Seconds that a pod gets; absent: its own. */
  readonly gracePeriod?: number | undefined;
  readonly dryRun?: boolean;
  /** The object must still be this one. */
  readonly uid?: string | undefined;
}

const FOREGROUND = 'foregroundDeletion';

/** Removes an object, or marks it as going. @returns the object that is going; `undefined`: it is gone */
export function removeObject(
  context: WriteContext,
  kind: Kind,
  object: KubeObject,
  options: RemoveOptions = {},
): KubeObject | undefined {
  const { propagation = 'Background', dryRun = false, uid } = options;
  if (uid !== undefined && uid !== object.metadata.uid) throw outdated(kind, object.metadata.name);
  if (kind.kind === 'Pod') return removePod(context, kind, object as Pod, options);
  if (dryRun) return undefined;
  if (propagation === 'Foreground' && findDependants(context, object).length > 0)
    return markAsGoing(context, kind, object);
  if (propagation === 'Orphan')
    for (const [of, dependant] of findDependants(context, object)) disown(context, of, dependant, object);
  context.objects.remove(kind, object);
  return undefined;
}

/** A pod is told to end, and goes when it has; with no time given, or nothing running, it goes at once. */
function removePod(
  context: WriteContext,
  kind: Kind,
  pod: Pod,
  { gracePeriod, dryRun }: RemoveOptions,
): KubeObject | undefined {
  const grace = gracePeriod ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  const isUnscheduled = pod.spec.nodeName === undefined;
  if (dryRun) return pod;
  if (grace === 0 || isUnscheduled) {
    context.objects.remove(kind, pod);
    return undefined;
  }
  const { deletionGracePeriodSeconds: known } = pod.metadata;
  if (known !== undefined && known <= grace) return pod;
  const deletion = {
    deletionTimestamp: toTimestamp(context.now() + grace * 1000),
    deletionGracePeriodSeconds: grace,
  };
  return context.objects.put(kind, { ...pod, metadata: { ...pod.metadata, ...deletion } });
}

function markAsGoing({ objects, now }: WriteContext, kind: Kind, object: KubeObject): KubeObject {
  if (object.metadata.deletionTimestamp) return object;
  const finalizers = [...(object.metadata.finalizers ?? []), FOREGROUND];
  const deletion = { deletionTimestamp: toTimestamp(now()), deletionGracePeriodSeconds: 0, finalizers };
  return objects.put(kind, { ...object, metadata: { ...object.metadata, ...deletion } });
}

function disown({ objects }: WriteContext, kind: Kind, dependant: KubeObject, owner: KubeObject): void {
  const ownerReferences = (dependant.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  objects.put(kind, { ...dependant, metadata: { ...dependant.metadata, ownerReferences } });
}

/** Objects that are a part of this one. */
export function findDependants(
  { objects }: WriteContext,
  { metadata }: KubeObject,
): readonly (readonly [Kind, KubeObject])[] {
  return KINDS.flatMap((kind) =>
    objects
      .list(kind, metadata.namespace)
      .filter((object) => object.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
      .map((object) => [kind, object] as const),
  );
}

/** Removes what belongs to nobody any more, and owners whose parts are gone. */
export function collectGarbage(context: WriteContext): void {
  const all = KINDS.flatMap((kind) => context.objects.list(kind).map((object) => [kind, object] as const));
  const byUid = new Map(all.map(([, object]) => [object.metadata.uid, object]));
  for (const [kind, object] of all) {
    const owners = object.metadata.ownerReferences ?? [];
    const isOrphan = owners.length > 0 && !owners.some(({ uid }) => byUid.has(uid));
    const isDragged = owners.some(({ uid }) => byUid.get(uid)?.metadata.finalizers?.includes(FOREGROUND));
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    if ((isOrphan || isDragged) && !isGoing) {
      removeObject(context, kind, object, isDragged ? { propagation: 'Foreground' } : {});
    } else if (object.metadata.finalizers?.includes(FOREGROUND) && findDependants(context, object).length === 0) {
      context.objects.remove(kind, object);
    }
  }
}

/** What the API server answers when an object is gone. */
export function describeRemoved(kind: Kind, { metadata }: KubeObject): unknown {
  const group = kind.group === '' ? {} : { group: kind.group };
  const details = { name: metadata.name, ...group, kind: kind.plural, uid: metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
