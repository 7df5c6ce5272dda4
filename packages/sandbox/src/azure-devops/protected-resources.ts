import type { Call } from './call.ts';
import { ServiceError } from './errors.ts';
import { queuesOf } from './queues.ts';
import type { Project } from './state.ts';

/** A thing that pipelines need leave to use, and that checks can hang on. */
export interface ProtectedResource {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** Who administers it besides the administrators. */
  readonly createdBy?: string;
}

/** The resource of a project by kind and number. */
export function findResource(call: Call, project: Project, type: string, id: string): ProtectedResource | undefined {
  const { organization } = call;
  switch (type.toLowerCase()) {
    case 'endpoint': {
      const found = organization.endpoints.find((endpoint) => endpoint.id === id.toLowerCase());
      const reference = found?.references.find(({ projectId }) => projectId === project.id);
      return found && reference && { type: 'endpoint', id: found.id, name: reference.name, createdBy: found.createdBy };
    }
    case 'variablegroup': {
      const found = organization.variableGroups.find(
        (group) => String(group.id) === id && group.projectId === project.id,
      );
      return found && { type: 'variablegroup', id, name: found.name, createdBy: found.createdBy };
    }
    case 'environment': {
      const found = organization.environments.find((item) => String(item.id) === id && item.projectId === project.id);
      return found && { type: 'environment', id, name: found.name, createdBy: found.createdBy };
    }
    case 'queue': {
      const found = queuesOf(project).find((queue) => String(queue.id) === id);
      return found && { type: 'queue', id, name: found.name };
    }
    case 'repository': {
      const found = organization.repositories.find((item) => id.toLowerCase() === `${item.projectId}.${item.id}`);
      return found && { type: 'repository', id: id.toLowerCase(), name: found.name, createdBy: found.createdBy };
    }
    default:
      return undefined;
  }
}

/** @throws ServiceError 404; the service does not say whether the thing is missing or the right to it */
export function getResource(call: Call, project: Project, type: string, id: string): ProtectedResource {
  const resource = findResource(call, project, type, id);
  if (resource) return resource;
  throw new ServiceError(
    404,
    'ResourceNotFoundException',
    `The resource ${type} ${id} doesn't exist or the user doesn't have admin permission for all resources of that type.`,
  );
}
