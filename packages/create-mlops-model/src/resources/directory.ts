import { type Resource, UserError } from '@create-mlops-model/core';
import type { Databricks, WorkspaceObject } from '../services/databricks.ts';
import { ServiceError } from '../services/service-error.ts';
import { RIGHTS } from './rights.ts';

/** A directory of the Databricks workspace; parents are made with it. */
export function directoryResource(spec: { readonly path: string }, databricks: Databricks): Resource<WorkspaceObject> {
  return {
    address: `directory:${spec.path}`,
    needs: [],
    right: RIGHTS.workspaceFolder,
    read: () => databricks.find(spec.path),
    // A directory carries no mark; one at the model's own path is the model's.
    isOurs: (live) => live.type === 'DIRECTORY',
    diff: (live) => (live.type === 'DIRECTORY' ? [] : [{ field: 'type', from: live.type, to: 'DIRECTORY' }]),
    create: () => databricks.makeDirectory(spec.path),
    update: (live) => Promise.reject(inTheWay(live)),
    async remove(live) {
      try {
        await databricks.removeDirectory(live.path);
      } catch (error) {
        // What people put there stays, and so does the directory.
        if (!(error instanceof ServiceError && error.typeKey === 'DIRECTORY_NOT_EMPTY')) throw error;
      }
    },
  };
}

function inTheWay(live: WorkspaceObject): UserError {
  return new UserError(
    'blocked',
    {
      en: `${live.path} is a ${live.type}, not a directory.`,
      fr: `${live.path} est un objet ${live.type}, pas un répertoire.`,
    },
    {
      en: 'Move it away, or set databricks.folder in mlops.yaml.',
      fr: 'Déplacez-le, ou changez databricks.folder dans mlops.yaml.',
    },
  );
}
