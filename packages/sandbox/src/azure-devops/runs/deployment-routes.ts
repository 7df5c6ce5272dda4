import { type Answer, type Call, findQuery, getProject, type Handlers, list } from '../call.ts';
import { ServiceError } from '../errors.ts';
import type { DeploymentRecord, Json } from '../state.ts';
import { toPlanId } from './predefined-variables.ts';

/** What was deployed into an environment, newest first. */
function showDeployments(call: Call): Answer {
  const project = getProject(call);
  const environment = call.organization.environments.find(
    ({ id, projectId }) => projectId === project.id && String(id) === call.params.environmentId,
  );
  if (!environment) {
    throw new ServiceError(
      404,
      'EnvironmentNotFoundException',
      `Environment with ID ${call.params.environmentId} does not exist.`,
    );
  }
  const all = call.organization.deployments.filter(({ environmentId }) => environmentId === environment.id).reverse();
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, 'top') ?? 25) || 25;
  const page = all.slice(skip, skip + top);
  const next = skip + page.length < all.length ? String(skip + page.length) : undefined;
  return list(
    page.map((record) => describe(call, record)),
    next,
  );
}

function describe(call: Call, record: DeploymentRecord): Json {
  const { projectId } = call.organization.environments.find(({ id }) => id === record.environmentId)!;
  const build = call.organization.builds.find(({ id }) => id === record.buildId);
  const definition = call.organization.definitions.find(({ id }) => id === record.definitionId);
  const at = `${call.base}/${projectId}`;
  const toLinks = (self: string, web: string) => ({ self: { href: `${at}/${self}` }, web: { href: `${at}/${web}` } });
  return {
    id: record.id,
    requestIdentifier: `${record.stage}.${record.job}`,
    environmentId: record.environmentId,
    serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7',
    scopeId: projectId,
    planType: 'Build',
    planId: toPlanId(call.organization, { id: record.buildId }),
    stageName: record.stage,
    jobName: record.job,
    stageAttempt: record.attempt,
    jobAttempt: record.attempt,
    definition: {
      _links: toLinks(
        `_apis/build/Definitions/${record.definitionId}`,
        `_build/definition?definitionId=${record.definitionId}`,
      ),
      id: record.definitionId,
      name: definition?.name ?? '',
    },
    owner: {
      _links: toLinks(`_apis/build/Builds/${record.buildId}`, `_build/results?buildId=${record.buildId}`),
      id: record.buildId,
      name: build?.number ?? '',
    },
    ...(record.result === undefined ? {} : { result: record.result.charAt(0).toLowerCase() + record.result.slice(1) }),
    queueTime: record.queueTime,
    startTime: record.startTime,
    ...(record.finishTime === undefined ? {} : { finishTime: record.finishTime }),
  };
}

/** Deployments into environments. */
export const deploymentHandlers: Handlers = {
  deploymentRecords: { GET: showDeployments },
};
