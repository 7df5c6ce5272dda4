import type { Address, Resource } from '@create-mlops-model/core';
import type { VariableGroup } from '../services/azure-devops/library.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { carriesMark, differs, withMark } from './compare.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** A variable group: what pipelines learn about the target. Variables that a team added stay. */
export function variableGroupResource(
  spec: { readonly name: string; readonly mark: string; readonly variables: Readonly<Record<string, string>> },
  devops: AzureDevOps,
): Resource<VariableGroup> {
  const { library } = devops;
  const address: Address = `variable-group:${spec.name}`;
  const read = () => library.findGroup(spec.name);
  const { name, variables } = spec;
  return {
    address,
    needs: [],
    right: RIGHTS.variableGroup,
    read,
    isOurs: (live) => carriesMark(live.description, spec.mark),
    diff: (live) => [
      ...(carriesMark(live.description, spec.mark)
        ? []
        : [{ field: 'description', from: live.description, to: spec.mark }]),
      ...Object.entries(variables).flatMap(([key, value]) =>
        // A team may have made one of ours a secret: its value cannot be read, and is theirs.
        live.secrets.includes(key) ? [] : differs(`variables.${key}`, live.variables[key], value),
      ),
    ],
    create: () => makeOnce(() => library.createGroup({ name, description: spec.mark, variables }), read),
    update: (live) => {
      const open = Object.fromEntries(Object.entries(variables).filter(([key]) => !live.secrets.includes(key)));
      return library.updateGroup(live, {
        name: live.name,
        description: withMark(live.description, spec.mark),
        variables: open,
      });
    },
    remove: (live) => library.removeGroup(live.id),
  };
}
