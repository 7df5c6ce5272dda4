import { toGuid } from '../identities.ts';
import { type Answer, type Call, findQuery, getProject, type Handlers, isQuerySet, list, ok } from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { getPullRequestToChange, repositoryOf } from './find-pull-request.ts';
import { describePolicy } from './policies.ts';
import { POLICY } from './policy-types.ts';
import { type Evaluation, evaluatePolicies } from './pull-request-policies.ts';
import type { Json, PullRequest } from './state.ts';
import { startValidation } from './triggers/build-validation.ts';

/** Evaluations are made when they are asked for, so their ids follow from what they are of. */
function toEvaluationId({ repositoryId, id }: PullRequest, { policy }: Evaluation): string {
  return toGuid(`evaluation:${repositoryId}:${id}:${policy.id}`);
}

function describeEvaluation(call: Call, pullRequest: PullRequest, evaluation: Evaluation): Json {
  const { policy, status, context, startedDate, completedDate } = evaluation;
  const isOver = status === 'approved' || status === 'rejected';
  const over =
    completedDate ?? (isOver ? (pullRequest.iterations.at(-1)?.date ?? pullRequest.creationDate) : undefined);
  return {
    configuration: describePolicy(call, policy),
    artifactId: toArtifactId(pullRequest),
    evaluationId: toEvaluationId(pullRequest, evaluation),
    startedDate: startedDate ?? pullRequest.creationDate,
    ...(over === undefined ? {} : { completedDate: over }),
    status,
    ...(context === undefined ? {} : { context }),
  };
}

function toArtifactId({ projectId, id }: PullRequest): string {
  return `vstfs:///CodeReview/CodeReviewId/${projectId}/${id}`;
}

async function listEvaluations(call: Call): Promise<Answer> {
  const project = getProject(call);
  const artifactId = findQuery(call, 'artifactId');
  if (artifactId === undefined) {
    throw badRequest('Value cannot be null.\r\nParameter name: artifactId', 'ArgumentNullException');
  }
  const pullRequest = call.organization.pullRequests.find(
    (candidate) =>
      candidate.projectId === project.id && toArtifactId(candidate).toLowerCase() === artifactId.toLowerCase(),
  );
  if (!pullRequest) return list([]);
  const all = await evaluatePolicies(call, repositoryOf(call, pullRequest), pullRequest);
  const showsAll = isQuerySet(call, 'includeNotApplicable');
  const shown = all.filter(({ status }) => showsAll || status !== 'notApplicable');
  const skip = Number(findQuery(call, '$skip') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 1000) || 1000;
  return list(shown.slice(skip, skip + top).map((evaluation) => describeEvaluation(call, pullRequest, evaluation)));
}

async function getEvaluation(call: Call): Promise<{ pullRequest: PullRequest; evaluation: Evaluation }> {
  const project = getProject(call);
  const wanted = call.params.evaluationId?.toLowerCase();
  for (const pullRequest of call.organization.pullRequests.filter(({ projectId }) => projectId === project.id)) {
    const all = await evaluatePolicies(call, repositoryOf(call, pullRequest), pullRequest);
    const evaluation = all.find((candidate) => toEvaluationId(pullRequest, candidate) === wanted);
    if (evaluation) return { pullRequest, evaluation };
  }
  throw new ServiceError(
    404,
    'PolicyEvaluationNotFoundException',
    `TF402460: The policy evaluation record with ID ${wanted} does not exist.`,
  );
}

async function showEvaluation(call: Call): Promise<Answer> {
  if (call.params.evaluationId === undefined) return listEvaluations(call);
  const { pullRequest, evaluation } = await getEvaluation(call);
  return ok(describeEvaluation(call, pullRequest, evaluation));
}

/** Evaluates once more. For a build that is a new run; all else is evaluated anew whenever somebody looks. */
async function evaluateAgain(call: Call): Promise<Answer> {
  const { pullRequest, evaluation } = await getEvaluation(call);
  const { id, repositoryId, projectId } = pullRequest;
  getPullRequestToChange({ ...call, params: { project: projectId, repositoryId, pullRequestId: String(id) } });
  const isBuild = evaluation.policy.body.typeId === POLICY.build;
  const { buildId, buildIsNotCurrent } = evaluation.context ?? {};
  const isWaiting = evaluation.status === 'queued' && buildId !== undefined && buildIsNotCurrent !== true;
  if (!isBuild || isWaiting || /^(running|notApplicable)$/.test(evaluation.status))
    return ok(describeEvaluation(call, pullRequest, evaluation));
  await startValidation(call, pullRequest, evaluation.policy, false);
  return ok(describeEvaluation(call, pullRequest, (await getEvaluation(call)).evaluation));
}

/** How pull requests stand with the policies of their targets. */
export const policyEvaluationHandlers: Handlers = {
  policyEvaluations: { GET: showEvaluation, PATCH: evaluateAgain },
};
