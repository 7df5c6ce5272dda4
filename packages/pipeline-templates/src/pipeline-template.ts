import {
  azureTarget,
  type JobKind,
  type Manifest,
  type Template,
  toComparableJob,
  toJobSettings,
  toNames,
} from '@create-mlops-model/core';
import { printEntries } from './entries.ts';

const KINDS: readonly JobKind[] = ['integration', 'train'];

/** `deploy/k8s/exposure.<name>.yaml`: one file for each way to reach the service, of which a repository gets one. */
const EXPOSURE = /^deploy\/k8s\/exposure\.(.+)\.yaml$/;

/** `pipelines/` of a model's repository: bodies and scripts as they lie in `templates/pipelines`, entries and job settings made. */
export const pipelineTemplate: Template<Manifest> = {
  id: 'pipelines',
  target(path, manifest) {
    const exposure = EXPOSURE.exec(path)?.[1];
    if (exposure === undefined) return `pipelines/${path}`;
    return exposure === manifest.api.exposure ? 'pipelines/deploy/k8s/exposure.yaml' : undefined;
  },
  ownership: () => 'managed',
  view(manifest) {
    const names = toNames(manifest);
    return { name: names.image, namespace: names.namespace, path: `/${names.image}` };
  },
  made(manifest) {
    const names = toNames(manifest);
    const jobs = KINDS.map((kind) => {
      const settings = toComparableJob(toJobSettings(manifest, names, kind, azureTarget(manifest)));
      return [`pipelines/ci-train/jobs/${kind}.json`, `${JSON.stringify(settings, null, 2)}\n`] as const;
    });
    return new Map([...printEntries(manifest, names), ...jobs]);
  },
};
