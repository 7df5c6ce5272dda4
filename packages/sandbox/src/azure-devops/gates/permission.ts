import { queuesOf } from '../queues.ts';
import type { Organization } from '../state.ts';
import type { Scene } from './decide-stage.ts';
import type { Decision, StageResource } from './gates.ts';

/** *Permit*: a pipeline waits for leave to use a resource; who administers that may give it while the run waits. */
export function decidePermission({ organization, build, stage }: Scene): Decision | undefined {
  const missing = stage.resources.filter(
    (resource) => !isPermitted(organization, build.projectId, build.definitionId, resource),
  );
  if (missing.length === 0) return undefined;
  const what = missing.length === 1 ? 'a resource' : `${missing.length} resources`;
  const names = missing.map(({ type, name }) => `${type} ${name}`).join(', ');
  return {
    kind: 'wait',
    checkpoint: 'Checkpoint.Authorization',
    why: `This pipeline needs permission to access ${what} before this run can continue: ${names}`,
  };
}

function isPermitted(
  organization: Organization,
  projectId: string,
  definitionId: number,
  { type, id }: StageResource,
): boolean {
  if (type === 'queue' && isHosted(organization, projectId, id)) return true;
  const permission = organization.pipelinePermissions.find(
    (entry) => entry.projectId === projectId && entry.type === type && entry.id === id,
  );
  return permission?.allPipelines !== undefined || (permission?.pipelines ?? []).some((one) => one.id === definitionId);
}

/** Microsoft's own agents are open to each pipeline from a project's first day. */
function isHosted(organization: Organization, projectId: string, id: string): boolean {
  const project = organization.projects.find((candidate) => candidate.id === projectId);
  return project !== undefined && queuesOf(project).some((queue) => String(queue.id) === id && queue.pool.isHosted);
}
