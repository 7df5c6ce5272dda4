import {
  type Answer,
  type Call,
  getBody,
  getBodyList,
  getProject,
  type Handlers,
  isObject,
  list,
  ok,
  toObject,
  toText,
} from './call.ts';
import { getDefinition } from './definitions.ts';
import { toIdentityRef } from './people.ts';
import { findResource, getResource, type ProtectedResource } from './protected-resources.ts';
import { requireRight } from './rights.ts';
import type { Json, PipelinePermission, Project } from './state.ts';

function findPermission(call: Call, project: Project, { type, id }: ProtectedResource): PipelinePermission | undefined {
  return call.organization.pipelinePermissions.find(
    (entry) => entry.projectId === project.id && entry.type === type && entry.id === id,
  );
}

function describe(call: Call, resource: ProtectedResource, permission: PipelinePermission | undefined): Json {
  const withPerson = (grant: Json) => ({ ...grant, authorizedBy: toIdentityRef(call, toText(grant.authorizedBy)) });
  return {
    ...(permission?.allPipelines ? { allPipelines: withPerson(permission.allPipelines) } : {}),
    pipelines: (permission?.pipelines ?? []).map(withPerson),
    resource: { type: resource.type, id: resource.id },
  };
}

/** Adds to what is granted; `authorized: false` takes away. */
function grant(call: Call, project: Project, resource: ProtectedResource, sent: Json): Json {
  requireRight(call, 'AdministerResource', {
    project,
    name: resource.name,
    ...(resource.createdBy === undefined ? {} : { createdBy: resource.createdBy }),
  });
  const permission = findPermission(call, project, resource) ?? addPermission(call, project, resource);
  const stamp = { authorized: true, authorizedBy: call.identity.id, authorizedOn: new Date().toISOString() };
  const all = toObject(sent.allPipelines).authorized;
  if (all === true) permission.allPipelines = stamp;
  if (all === false) delete permission.allPipelines;
  for (const pipeline of Array.isArray(sent.pipelines) ? sent.pipelines.filter(isObject) : []) {
    const { id } = getDefinition(call, project, toText(pipeline.id));
    const others = permission.pipelines.filter((entry) => entry.id !== id);
    const old = permission.pipelines.find((entry) => entry.id === id);
    permission.pipelines = pipeline.authorized === true ? [...others, old ?? { id, ...stamp }] : others;
  }
  return describe(call, resource, permission);
}

function addPermission(call: Call, project: Project, { type, id }: ProtectedResource): PipelinePermission {
  const permission: PipelinePermission = { projectId: project.id, type, id, pipelines: [] };
  call.organization.pipelinePermissions.push(permission);
  return permission;
}

function showPermission(call: Call): Answer {
  const project = getProject(call);
  const resource = getResource(call, project, call.params.resourceType ?? '', call.params.resourceId ?? '');
  return ok(describe(call, resource, findPermission(call, project, resource)));
}

function updatePermissions(call: Call): Answer {
  const project = getProject(call);
  const { resourceType, resourceId } = call.params;
  if (resourceType !== undefined) {
    return ok(grant(call, project, getResource(call, project, resourceType, resourceId ?? ''), getBody(call)));
  }
  const wanted = getBodyList(call).map((sent) => {
    const { type, id } = toObject(sent.resource);
    return { sent, resource: getResource(call, project, toText(type), toText(id)) };
  });
  return list(wanted.map(({ sent, resource }) => grant(call, project, resource, sent)));
}

/** Older form of the same: resources that all pipelines may use. */
function showAuthorized(call: Call): Answer {
  const project = getProject(call);
  const open = call.organization.pipelinePermissions.filter(
    (entry) => entry.projectId === project.id && entry.allPipelines !== undefined,
  );
  return list(open.flatMap((entry) => describeAuthorized(call, project, entry)));
}

function describeAuthorized(call: Call, project: Project, { type, id }: PipelinePermission): readonly Json[] {
  const resource = findResource(call, project, type, id);
  return resource ? [{ type, id, name: resource.name, authorized: true }] : [];
}

function updateAuthorized(call: Call): Answer {
  const project = getProject(call);
  const results = getBodyList(call).map((sent) => {
    const resource = getResource(call, project, toText(sent.type), toText(sent.id));
    grant(call, project, resource, { allPipelines: { authorized: sent.authorized === true } });
    return { authorized: sent.authorized === true, id: resource.id, name: resource.name, type: resource.type };
  });
  return list(results);
}

function showForDefinition(call: Call): Answer {
  const project = getProject(call);
  const { id } = getDefinition(call, project, call.params.definitionId);
  const granted = call.organization.pipelinePermissions.filter(
    (entry) => entry.projectId === project.id && entry.pipelines.some((pipeline) => pipeline.id === id),
  );
  return list(granted.flatMap((entry) => describeAuthorized(call, project, entry)));
}

function updateForDefinition(call: Call): Answer {
  const project = getProject(call);
  const { id } = getDefinition(call, project, call.params.definitionId);
  const results = getBodyList(call).map((sent) => {
    const resource = getResource(call, project, toText(sent.type), toText(sent.id));
    grant(call, project, resource, { pipelines: [{ id, authorized: sent.authorized === true }] });
    return { authorized: sent.authorized === true, id: resource.id, name: resource.name, type: resource.type };
  });
  return list(results);
}

/** Which pipelines may use which resources. */
export const pipelinePermissionHandlers: Handlers = {
  pipelinePermissions: { GET: showPermission, PATCH: updatePermissions },
  authorizedResources: { GET: showAuthorized, PATCH: updateAuthorized },
  definitionResources: { GET: showForDefinition, PATCH: updateForDefinition },
};
