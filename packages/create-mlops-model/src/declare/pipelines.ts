import { ENTRY_PATHS, isHostedPool, type PipelineKey } from '@create-mlops-model/pipeline-templates';
import { accessEntryResource } from '../resources/access-entry.ts';
import { agentQueueResource } from '../resources/agent-queue.ts';
import { pipelineResource } from '../resources/pipeline.ts';
import { pipelineFolderResource } from '../resources/pipeline-folder.ts';
import { pipelinePermissionResource } from '../resources/pipeline-permission.ts';
import type { ProtectedRef } from '../resources/protected.ts';
import type { Base, Declaration } from './base.ts';
import { toProjectUrl } from './clone-url.ts';
import type { Protection } from './protection.ts';

/** Pipelines, and what they may use. */
export type Pipelines = ReturnType<typeof declarePipelines>;

/** The queue of Microsoft's own agents in every project. */
const HOSTED_QUEUE = 'Azure Pipelines';

/** Declares the four pipelines, their folder and queue, and exactly the permissions that each needs. */
export function declarePipelines(declaration: Declaration, base: Base, protection: Protection) {
  const { manifest, names, target, services, mark } = declaration;
  const { azureDevOps } = services;
  const queueName = isHostedPool(manifest.devops.pool) ? HOSTED_QUEUE : manifest.devops.pool;
  const folder = pipelineFolderResource({ path: names.folder, mark }, azureDevOps);
  const queue = agentQueueResource({ name: queueName, projectUrl: toProjectUrl(target) }, azureDevOps);
  const make = (key: PipelineKey) =>
    pipelineResource(
      {
        name: names.pipelines[key],
        folderPath: names.folder,
        yaml: ENTRY_PATHS[key],
        ownYaml: Object.values(ENTRY_PATHS),
        repository: base.repository,
        push: base.push,
        folder,
        queue,
        queueName,
      },
      azureDevOps,
    );
  const pipelines = { ci: make('ci'), checks: make('checks'), retrain: make('retrain'), deploy: make('deploy') };
  const permit = (on: ProtectedRef, ...keys: readonly PipelineKey[]) =>
    pipelinePermissionResource(
      { on, pipelines: keys.map((key) => ({ name: names.pipelines[key], ref: pipelines[key] })) },
      azureDevOps,
    );
  const { on } = protection;
  const ciPermissions = [
    ...(protection.isShared
      ? [permit(on.ciConnection, 'ci', 'retrain', 'deploy')]
      : [permit(on.ciConnection, 'ci'), permit(on.deployConnection, 'retrain', 'deploy')]),
    permit(on.ciGroup, 'ci'),
    permit(on.deployGroup, 'retrain', 'deploy'),
    permit(on.integration, 'ci'),
    permit(on.production, 'deploy'),
  ];
  const queuePermission = permit({ type: 'queue', name: queueName, ref: queue }, 'ci', 'checks', 'retrain', 'deploy');
  const access = accessEntryResource({ name: names.repository, repository: base.repository }, azureDevOps);
  return {
    resources: [folder, queue, ...Object.values(pipelines), ...ciPermissions, queuePermission, access],
    pipelines,
    permissions: [...ciPermissions, queuePermission],
  };
}
