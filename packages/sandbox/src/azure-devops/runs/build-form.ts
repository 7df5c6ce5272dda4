import { type Call, findProject, toObject } from '../call.ts';
import { toIdentityRef } from '../people.ts';
import { toProjectReference } from '../project-form.ts';
import { describeQueue, queuesOf } from '../queues.ts';
import type { Build, Definition, Json, Project } from '../state.ts';
import { toPlanId } from './predefined-variables.ts';

/** A run as the service shows it. */
export function describeBuild(call: Call, build: Build): Json {
  const { organization, base } = call;
  const project = findProject(organization, build.projectId)!;
  const definition = organization.definitions.find(({ id }) => id === build.definitionId);
  const repository = organization.repositories.find(({ id }) => id === build.repositoryId);
  const planId = toPlanId(organization, build);
  const url = `${base}/${project.id}/_apis/build/Builds/${build.id}`;
  const queue = queuesOf(project).find(({ id }) => id === definition?.body.queue) ?? queuesOf(project)[1]!;
  return {
    _links: {
      self: { href: url },
      web: { href: `${base}/${project.id}/_build/results?buildId=${build.id}` },
      sourceVersionDisplayUri: { href: `${url}/sources` },
      timeline: { href: `${url}/Timeline` },
      badge: { href: `${base}/${project.id}/_apis/build/status/${build.definitionId}` },
    },
    properties: {},
    tags: build.tags,
    validationResults: build.validation,
    plans: [{ planId }],
    triggerInfo: build.triggerInfo,
    id: build.id,
    buildNumber: build.number,
    status: build.status,
    ...(build.result === undefined ? {} : { result: build.result }),
    queueTime: build.queueTime,
    ...(build.startTime === undefined ? {} : { startTime: build.startTime }),
    ...(build.finishTime === undefined ? {} : { finishTime: build.finishTime }),
    url,
    definition: toDefinitionReference(call, project, definition, build),
    buildNumberRevision: Number(/\.(\d+)$/.exec(build.number)?.[1] ?? 0),
    project: toProjectReference(call, project),
    uri: `vstfs:///Build/Build/${build.id}`,
    sourceBranch: build.branch,
    sourceVersion: build.commitId,
    queue: describeQueue(call, project, queue),
    priority: 'normal',
    reason: build.reason,
    requestedFor: toIdentityRef(call, build.requestedFor),
    requestedBy: toIdentityRef(call, build.requestedBy),
    lastChangedDate: build.lastChangedDate,
    lastChangedBy: toIdentityRef(call, build.lastChangedBy),
    ...(build.canceledBy === undefined ? {} : { canceledBy: toIdentityRef(call, build.canceledBy) }),
    ...toVariables(build),
    templateParameters: toTextParameters(build),
    orchestrationPlan: { planId },
    logs: { id: 0, type: 'Container', url: `${url}/logs` },
    repository: {
      id: build.repositoryId,
      type: 'TfsGit',
      ...(repository
        ? {
            name: repository.name,
            url: `${base}/${encodeURIComponent(project.name)}/_git/${encodeURIComponent(repository.name)}`,
          }
        : {}),
      clean: null,
      checkoutSubmodules: false,
    },
    retainedByRelease: false,
    triggeredByBuild: null,
    keepForever: build.keepForever,
    appendCommitMessageToRunName: true,
  };
}

/** Variables of a run as JSON within the JSON; a pull request's are among them. */
function toVariables(build: Build): { readonly parameters?: string } {
  const ofPullRequest = Object.entries(build.predefined).flatMap(([name, value]) => {
    const own = /^System\.PullRequest\.(.)(.*)$/.exec(name);
    return own ? [[`system.pullRequest.${own[1]?.toLowerCase() ?? ''}${own[2] ?? ''}`, value] as const] : [];
  });
  const all = { ...Object.fromEntries(ofPullRequest), ...toShown(build) };
  return Object.keys(all).length > 0 ? { parameters: JSON.stringify(all) } : {};
}

/** Variables of a run without the values of its secrets. */
export function toShown({ variables, secrets }: Build): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, secrets.includes(name) ? null : value]),
  );
}

/** Parameters as text; lists and objects as JSON. */
export function toTextParameters({ parameters }: Build): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function toDefinitionReference(
  call: Call,
  project: Project,
  definition: Definition | undefined,
  { definitionId, definitionRevision }: Build,
): Json {
  const url = `${call.base}/${project.id}/_apis/build/Definitions/${definitionId}?revision=${definitionRevision}`;
  return {
    drafts: [],
    id: definitionId,
    name: definition?.name ?? '',
    url,
    uri: `vstfs:///Build/Definition/${definitionId}`,
    path: definition?.path ?? '\\',
    type: 'build',
    queueStatus: toObject(definition?.body).queueStatus ?? 'enabled',
    revision: definitionRevision,
    project: toProjectReference(call, project),
  };
}
