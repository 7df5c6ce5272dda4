import { toGuid } from '../identities.ts';
import type { Call } from './call.ts';
import type { Project } from './state.ts';

/** Whether the project can be used yet. */
export function toProjectState(project: Project): string {
  return project.readyAt <= Date.now() ? 'wellFormed' : 'createPending';
}

/** A project as other objects refer to it. */
export function toProjectReference(call: Call, project: Project): unknown {
  return {
    id: project.id,
    name: project.name,
    ...(project.description === '' ? {} : { description: project.description }),
    url: `${call.base}/_apis/projects/${project.id}`,
    state: toProjectState(project),
    revision: project.revision,
    visibility: project.visibility,
    lastUpdateTime: project.lastUpdateTime,
  };
}

/** The team every project starts with. */
export function toDefaultTeam(call: Call, project: Project): { id: string; name: string; url: string } {
  const id = toGuid(`team:${project.id}`);
  return { id, name: `${project.name} Team`, url: `${call.base}/_apis/projects/${project.id}/teams/${id}` };
}
