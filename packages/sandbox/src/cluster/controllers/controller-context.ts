import type { Manager } from '../apply/managers.ts';
import { type Kind, toApiVersion } from '../kinds.ts';
import type { KubeObject, OwnerReference, Pod } from '../objects.ts';
import { isEqual } from '../schema/json.ts';
import type { WriteContext } from '../write-object.ts';

/** What a controller works with. */
export interface ControllerContext extends WriteContext {
  /** Runs the controllers again after so many milliseconds, whatever happens until then. */
  readonly wakeAfter: (milliseconds: number) => void;
}

/** As whom controllers write. */
export function asController(kind: Kind): { readonly manager: Manager } {
  return { manager: { name: 'kube-controller-manager', operation: 'Update', apiVersion: toApiVersion(kind) } };
}

/** Stores a status, if it says something new. */
export function writeStatus(context: WriteContext, kind: Kind, object: KubeObject, status: unknown): void {
  const { namespace, name, uid } = object.metadata;
  const live = context.objects.find(kind, namespace, name);
  if (live?.metadata.uid === uid && !isEqual(live.status, status)) context.objects.put(kind, { ...live, status });
}

/** The mark of a part that an owner made. */
export function toOwner({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** Whether an object is part of another. */
export function isOwnedBy({ metadata }: KubeObject, owner: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === owner.metadata.uid) ?? false;
}

/** Since when a pod is ready, in milliseconds since 1970; `undefined`: it is not. */
export function findReadySince({ status }: Pod): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime ?? '') : undefined;
}

/** Letters and digits that make no words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Bytes as letters and digits that make no words. */
export function toSafeText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
