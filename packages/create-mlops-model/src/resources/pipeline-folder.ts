import type { Address, Resource } from '@create-mlops-model/core';
import type { PipelineFolder } from '../services/azure-devops/definitions.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { carriesMark } from './compare.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** The folder that the model's pipelines lie in; parents are made with it. */
export function pipelineFolderResource(
  spec: { readonly path: string; readonly mark: string },
  devops: AzureDevOps,
): Resource<PipelineFolder> {
  const address: Address = `pipeline-folder:${spec.path}`;
  const read = () => devops.definitions.findFolder(spec.path);
  return {
    address,
    needs: [],
    right: RIGHTS.definition,
    read,
    isOurs: (live) => carriesMark(live.description, spec.mark),
    // A folder that is there serves, whoever made it.
    diff: () => [],
    create: () => makeOnce(() => devops.definitions.createFolder(spec.path, spec.mark), read),
    update: (live) => Promise.resolve(live),
    async remove(live) {
      await devops.definitions.removeEmptyFolder(live.path);
    },
  };
}
