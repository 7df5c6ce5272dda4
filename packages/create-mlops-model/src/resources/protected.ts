import type { Lives, Ref } from '@create-mlops-model/core';
import type { ProtectedResource } from '../services/azure-devops/checks.ts';

/** Another resource that pipelines need permission for and checks can hang on. */
export interface ProtectedRef {
  readonly type: ProtectedResource['type'];
  readonly name: string;
  readonly ref: Ref<{ readonly id: string | number; readonly description?: string }>;
}

/** The service's own pointer to it, while planning; `undefined` while it does not exist. */
export async function findProtected(
  lives: Lives,
  { type, name, ref }: ProtectedRef,
): Promise<ProtectedResource | undefined> {
  const live = await lives.find(ref);
  return live && { type, name, id: String(live.id) };
}

/** The same, in `create` and `update`. */
export function getProtected(lives: Lives, { type, name, ref }: ProtectedRef): ProtectedResource {
  return { type, name, id: String(lives.get(ref).id) };
}
