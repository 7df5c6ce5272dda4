import type { Lives, Ref, Resource } from '@create-mlops-model/core';
import type { AzureDevOps } from '../services/azure-devops.ts';
import type { LivePipeline } from './pipeline.ts';
import { findProtected, getProtected, type ProtectedRef } from './protected.ts';
import { RIGHTS } from './rights.ts';

/** A pipeline by its name. */
export interface PipelineRef {
  readonly name: string;
  readonly ref: Ref<LivePipeline>;
}

/** Which of our pipelines may use a resource. */
export interface LivePermission {
  /** Names of ours that may; those of others are not listed. */
  readonly pipelines: readonly string[];
}

/** Permission of some of our pipelines, and of no others, to use a connection, group, environment or queue. */
export function pipelinePermissionResource(
  spec: { readonly on: ProtectedRef; readonly pipelines: readonly PipelineRef[] },
  devops: AzureDevOps,
): Resource<LivePermission> {
  const { authorizations } = devops;
  const { on, pipelines } = spec;
  const names = pipelines.map((pipeline) => pipeline.name).sort();
  const settle = async (lives: Lives): Promise<LivePermission> => {
    const ids = pipelines.map((pipeline) => lives.get(pipeline.ref).id);
    const after = await authorizations.set(getProtected(lives, on), ids, true);
    const allowed = pipelines.filter((pipeline) => after.all || after.pipelines.includes(lives.get(pipeline.ref).id));
    return { pipelines: allowed.map((pipeline) => pipeline.name).sort() };
  };
  return {
    address: `pipeline-permission:${on.type}/${on.name}`,
    needs: [on.ref.address, ...pipelines.map((pipeline) => pipeline.ref.address)],
    right: RIGHTS.authorization,
    lane: on.ref.address,
    async read(lives) {
      const [protectedOne, found] = await Promise.all([
        findProtected(lives, on),
        Promise.all(pipelines.map(async ({ name, ref }) => ({ name, id: (await lives.find(ref))?.id }))),
      ]);
      if (!protectedOne || found.every(({ id }) => id === undefined)) return undefined;
      const { all, pipelines: ids } = await authorizations.read(protectedOne);
      const allowed = found.filter(({ id }) => id !== undefined && (all || ids.includes(id)));
      return allowed.length === 0 ? undefined : { pipelines: allowed.map(({ name }) => name).sort() };
    },
    isOurs: () => true,
    diff: (live) => {
      const missing = names.filter((name) => !live.pipelines.includes(name));
      return missing.length === 0 ? [] : [{ field: 'pipelines', from: live.pipelines, to: names }];
    },
    create: settle,
    update: (_live, _changes, lives) => settle(lives),
    async remove(_live, lives) {
      const protectedOne = await findProtected(lives, on);
      const found = await Promise.all(pipelines.map(async ({ ref }) => (await lives.find(ref))?.id));
      const ids = found.filter((id) => id !== undefined);
      if (protectedOne && ids.length > 0) await authorizations.set(protectedOne, ids, false);
    },
  };
}
