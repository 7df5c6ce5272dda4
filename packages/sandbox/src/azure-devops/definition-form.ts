import { type Call, toObject } from './call.ts';
import { toIdentityRef } from './people.ts';
import { toProjectReference } from './project-form.ts';
import { describeQueue, queuesOf } from './queues.ts';
import type { Definition, Json, Project } from './state.ts';

/** A definition as lists and other objects show it. */
export function referToDefinition(call: Call, project: Project, definition: Definition): Json {
  const { id, revision } = definition;
  const url = `${call.base}/${project.id}/_apis/build/Definitions/${id}?revision=${revision}`;
  const queue = queuesOf(project).find((candidate) => candidate.id === definition.body.queue);
  return {
    _links: {
      self: { href: url },
      web: { href: `${call.base}/${project.id}/_build/definition?definitionId=${id}` },
      editor: { href: `${call.base}/${project.id}/_build/designer?id=${id}&_a=edit-build-definition` },
    },
    quality: definition.body.quality,
    authoredBy: toIdentityRef(call, definition.authoredBy),
    drafts: [],
    ...(queue ? { queue: describeQueue(call, project, queue) } : {}),
    id,
    name: definition.name,
    url,
    uri: `vstfs:///Build/Definition/${id}`,
    path: definition.path,
    type: definition.body.type,
    queueStatus: definition.body.queueStatus,
    revision,
    createdDate: definition.createdDate,
    project: toProjectReference(call, project),
  };
}

/** A definition with all its properties. */
export function describeDefinition(call: Call, project: Project, definition: Definition): Json {
  const { queue: _queue, variables, variableGroups, repository, ...body } = definition.body;
  return {
    ...body,
    ...referToDefinition(call, project, definition),
    repository: describeSource(call, project, toObject(repository)),
    ...(variables === undefined ? {} : { variables: withoutSecrets(toObject(variables)) }),
    ...(Array.isArray(variableGroups)
      ? { variableGroups: variableGroups.map((group) => describeGroup(call, toObject(group))) }
      : {}),
  };
}

function describeSource(call: Call, project: Project, source: Json): Json {
  const repository = call.organization.repositories.find(({ id }) => id === source.id);
  if (!repository) return source;
  const path = `${encodeURIComponent(project.name)}/_git/${encodeURIComponent(repository.name)}`;
  return { properties: {}, ...source, name: repository.name, url: `${call.base}/${path}` };
}

function describeGroup(call: Call, { id }: Json): Json {
  const group = call.organization.variableGroups.find((candidate) => candidate.id === Number(id));
  return group
    ? { variables: withoutSecrets(group.variables), type: group.type, name: group.name, id: group.id }
    : { id };
}

/** Values of secrets never leave the service. */
export function withoutSecrets(variables: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const variable = toObject(value);
      return [name, variable.isSecret === true ? { ...variable, value: null } : variable];
    }),
  );
}
