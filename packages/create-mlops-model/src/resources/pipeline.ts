import type { Address, Lives, Ref, Resource } from '@create-mlops-model/core';
import type { Definition, PipelineFolder } from '../services/azure-devops/definitions.ts';
import type { Queue } from '../services/azure-devops/library.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { differs } from './compare.ts';
import type { LiveBranch } from './initial-push.ts';
import { makeOnce } from './make-once.ts';
import type { LiveRepository } from './repository.ts';
import { RIGHTS } from './rights.ts';

/** A definition and whether it builds our repository. */
export interface LivePipeline extends Definition {
  readonly buildsOurs: boolean;
}

/** A pipeline of the model. */
export interface PipelineSpec {
  readonly name: string;
  readonly folderPath: string;
  /** `pipelines/ci-train/ci.yml` */
  readonly yaml: string;
  /** All of the model's YAML entries: a definition that builds one of them is ours. */
  readonly ownYaml: readonly string[];
  readonly repository: Ref<LiveRepository>;
  readonly push: Ref<LiveBranch>;
  readonly folder: Ref<PipelineFolder>;
  readonly queue: Ref<Queue>;
  readonly queueName: string;
}

/** Address of a pipeline. */
export function pipelineAddress(name: string): Address {
  return `pipeline:${name}`;
}

/** A definition over a YAML file of our repository; its triggers and schedules are those of the file. */
export function pipelineResource(spec: PipelineSpec, devops: AzureDevOps): Resource<LivePipeline> {
  const { definitions } = devops;
  const toLive = (definition: Definition, repository: LiveRepository | undefined): LivePipeline => ({
    ...definition,
    buildsOurs: repository !== undefined && definition.repositoryId.toLowerCase() === repository.id.toLowerCase(),
  });
  const find = async (lives: Lives) => {
    const [definition, repository] = await Promise.all([
      definitions.find(spec.name, spec.folderPath),
      lives.find(spec.repository),
    ]);
    return definition && toLive(definition, repository);
  };
  const toSpec = (lives: Lives) => {
    const repository = lives.get(spec.repository);
    const { name, folderPath: folder, yaml, queueName: queue } = spec;
    return {
      name,
      folder,
      yaml,
      queue,
      queueId: lives.get(spec.queue).id,
      repositoryId: repository.id,
      repositoryName: repository.name,
    };
  };
  return {
    address: pipelineAddress(spec.name),
    // After the push: the service reads schedules and triggers when the definition is made.
    needs: [spec.repository.address, spec.push.address, spec.folder.address, spec.queue.address],
    right: RIGHTS.definition,
    read: find,
    isOurs: (live) => live.buildsOurs && spec.ownYaml.includes(live.yaml),
    diff: (live) => [
      ...differs('repository', live.buildsOurs ? 'ours' : live.repositoryName, 'ours'),
      ...differs('yaml', live.yaml, spec.yaml),
      // `az pipelines create` leaves the short form behind, which the service takes as the same.
      ...differs('defaultBranch', live.defaultBranch.replace(/^refs\/heads\//, ''), 'main'),
      ...differs('queue', live.queue.toLowerCase(), spec.queueName.toLowerCase()),
      ...differs('enabled', live.enabled, true),
      ...differs('yamlTriggers', live.yamlTriggers, true),
      ...differs('ownSchedules', live.ownSchedules, 0),
    ],
    create: (lives) =>
      makeOnce<LivePipeline>(
        async () => toLive(await definitions.create(toSpec(lives)), lives.get(spec.repository)),
        () => find(lives),
      ),
    async update(live, _changes, lives) {
      return toLive(await definitions.update(live.id, toSpec(lives)), lives.get(spec.repository));
    },
    remove: (live) => definitions.remove(live.id),
    link: (live) => live.webUrl || undefined,
  };
}
