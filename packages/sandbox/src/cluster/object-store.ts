import type { Store } from '../store.ts';
import type { Kind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { expired } from './status-error.ts';

/** What is kept over a restart. */
export interface ClusterState {
  /** The last resource version given. */
  version: number;
  /** By kind, then by `namespace/name`. */
  objects: Record<string, Record<string, KubeObject>>;
  /** Local port of each service's port, by `namespace/name/port`; kept when the service goes, for when it comes back. */
  servicePorts: Record<string, number>;
}

/** The state of a new cluster. */
export function emptyClusterState(): ClusterState {
  return { version: 1, objects: {}, servicePorts: {} };
}

/** One change of an object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  readonly version: number;
  readonly object: KubeObject;
  /** Before the change; absent: it was not there. */
  readonly before: KubeObject | undefined;
}

/** All objects of the cluster, and who wants to know of their changes. */
export interface ObjectStore {
  readonly version: () => number;
  find(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined;
  /** In one namespace, or in all; by namespace and name. */
  list(kind: Kind, namespace?: string): readonly KubeObject[];
  /** Stores an object under the next version. @returns it, with that version */
  put(kind: Kind, object: KubeObject): KubeObject;
  remove(kind: Kind, object: KubeObject): void;
  /** Changes after a version, oldest first. @throws StatusError 410 if they are no longer known */
  since(version: number): readonly Change[];
  /** @returns a function that ends it */
  subscribe(listener: (change: Change) => void): () => void;
}

/** So many changes are remembered for those who watch from an older version. */
const HISTORY = 2000;

/** Opens the objects of a state. It is written soon after a change, not with each: a rollout changes hundreds of times. */
export function openObjectStore(store: Store<ClusterState>): ObjectStore {
  const { data } = store;
  // Versions that a crash kept from being written must not be given twice.
  data.version += 1000;
  let oldest = data.version;
  let history: Change[] = [];
  const pending: Change[] = [];
  let isTelling = false;
  const listeners = new Set<(change: Change) => void>();
  const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;
  const bucketOf = (kind: Kind) => (data.objects[kind.kind] ??= {});
  const record = (change: Change) => {
    history.push(change);
    if (history.length > HISTORY * 2) {
      history = history.slice(-HISTORY);
      oldest = (history[0]?.version ?? oldest) - 1;
    }
    pending.push(change);
    if (isTelling) return;
    // A listener may change further objects: all have to hear of the changes in their order.
    isTelling = true;
    for (let next = pending.shift(); next; next = pending.shift())
      for (const listener of [...listeners]) listener(next);
    isTelling = false;
  };
  return {
    version: () => data.version,
    find: (kind, namespace, name) => bucketOf(kind)[keyOf(namespace, name)],
    list: (kind, namespace) =>
      Object.entries(bucketOf(kind))
        .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object),
    put(kind, object) {
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const before = bucketOf(kind)[key];
      const version = ++data.version;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      bucketOf(kind)[key] = stored;
      record({ type: before ? 'MODIFIED' : 'ADDED', kind: kind.kind, version, object: stored, before });
      return stored;
    },
    remove(kind, object) {
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const before = bucketOf(kind)[key];
      if (!before) return;
      delete bucketOf(kind)[key];
      const version = ++data.version;
      const last = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
      record({ type: 'DELETED', kind: kind.kind, version, object: last, before });
    },
    since(version) {
      if (version < oldest) throw expired(version, oldest);
      return history.filter((change) => change.version > version);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
