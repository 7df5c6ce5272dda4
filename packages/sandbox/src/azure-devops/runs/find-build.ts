import { type Call, getProject } from '../call.ts';
import { toDefinitionToken } from '../definitions.ts';
import { ServiceError } from '../errors.ts';
import { type Right, requireRight } from '../rights.ts';
import type { Build, Definition } from '../state.ts';

/** The run of the address. @throws ServiceError 404 */
export function getBuild(call: Call, id: string | undefined = call.params.buildId): Build {
  const project = getProject(call);
  const build = call.organization.builds.find((each) => each.projectId === project.id && String(each.id) === id);
  if (build) return build;
  throw new ServiceError(404, 'BuildNotFoundException', `VS800075: The requested build ${id} could not be found.`);
}

/** @throws ServiceError 403 where the caller may not do that to runs of the definition */
export function requireBuildRight(call: Call, definitionId: number, right: Right): void {
  const project = getProject(call);
  const definition = call.organization.definitions.find(({ id }) => id === definitionId);
  if (definition) requireRightOn(call, definition, right);
  else requireRight(call, right, { project, token: project.id, name: String(definitionId) });
}

/** @throws ServiceError 403 where the caller may not do that to a definition */
export function requireRightOn(call: Call, definition: Definition, right: Right): void {
  const project = getProject(call);
  const token = toDefinitionToken(project.id, definition.path, definition.id);
  requireRight(call, right, { project, token, name: `${definition.id}:${definition.name}` });
}

/** Address of a run. */
export function toBuildUrl(call: Call, build: Build): string {
  return `${call.base}/${build.projectId}/_apis/build/builds/${build.id}`;
}
