import type { Address, Resource } from '@create-mlops-model/core';
import type { Environment } from '../services/azure-devops/environments.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { carriesMark, withMark } from './compare.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** A deployment environment: what checks hang on. Its description carries the mark. */
export function environmentResource(
  spec: { readonly name: string; readonly mark: string },
  devops: AzureDevOps,
): Resource<Environment> {
  const { environments } = devops;
  const address: Address = `environment:${spec.name}`;
  const read = () => environments.find(spec.name);
  return {
    address,
    needs: [],
    right: RIGHTS.environment,
    read,
    isOurs: (live) => carriesMark(live.description, spec.mark),
    diff: (live) =>
      carriesMark(live.description, spec.mark) ? [] : [{ field: 'description', from: live.description, to: spec.mark }],
    create: () => makeOnce(() => environments.create(spec.name, spec.mark), read),
    update: (live) => environments.update(live.id, live.name, withMark(live.description, spec.mark)),
    remove: (live) => environments.remove(live.id),
  };
}
