import { type Answer, type Call, findQuery, findQueryList, getProject, type Handlers, list, ok } from './call.ts';
import { buildQueryOrder, buildReason, buildResult, buildStatus, type EnumTable, findEnumName } from './enums.ts';
import { ServiceError } from './errors.ts';
import { describeBuild } from './runs/build-form.ts';
import { deleteBuild, updateBuild, updateBuilds } from './runs/change-build.ts';
import { getBuild } from './runs/find-build.ts';
import { queueBuild } from './runs/queue-build.ts';
import type { Build } from './state.ts';

function showBuilds(call: Call): Answer {
  if (call.params.buildId !== undefined) return ok(describeBuild(call, getBuild(call)));
  const project = getProject(call);
  const found = call.organization.builds.filter((build) => build.projectId === project.id && fits(call, build));
  const sorted = limitPerDefinition(call, sort(call, found));
  const skip = Number(findQuery(call, 'continuationToken') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 1000) || 1000;
  const page = sorted.slice(skip, skip + top);
  const next = skip + page.length < sorted.length ? String(skip + page.length) : undefined;
  return list(
    page.map((build) => describeBuild(call, build)),
    next,
  );
}

function fits(call: Call, build: Build): boolean {
  const oneOf = (name: string, value: string) => findQueryList(call, name)?.includes(value) ?? true;
  const branch = findQuery(call, 'branchName');
  const number = findQuery(call, 'buildNumber');
  const repository = findQuery(call, 'repositoryId')?.toLowerCase();
  const person = findQuery(call, 'requestedFor');
  const tags = findQueryList(call, 'tagFilters') ?? [];
  return (
    oneOf('definitions', String(build.definitionId)) &&
    oneOf('buildIds', String(build.id)) &&
    (branch === undefined || build.branch === branch) &&
    (number === undefined || fitsNumber(number, build.number)) &&
    (repository === undefined || build.repositoryId === repository) &&
    (person === undefined || isPerson(call, person, build.requestedFor)) &&
    tags.every((tag) => build.tags.includes(tag)) &&
    fitsTime(call, build) &&
    fitsEnum(call, 'statusFilter', buildStatus, build.status) &&
    fitsEnum(call, 'resultFilter', buildResult, build.result) &&
    fitsEnum(call, 'reasonFilter', buildReason, build.reason)
  );
}

/** A number may end with a star. */
function fitsNumber(asked: string, number: string): boolean {
  return asked.endsWith('*') ? number.startsWith(asked.slice(0, -1)) : number === asked;
}

function isPerson(call: Call, asked: string, id: string): boolean {
  const person = call.world.identities().find((identity) => identity.id === id);
  const wanted = asked.toLowerCase();
  return id === wanted || person?.account === wanted || person?.displayName.toLowerCase() === wanted;
}

/** The time that the order goes by must lie between two. */
function fitsTime(call: Call, build: Build): boolean {
  const [from, to] = [findQuery(call, 'minTime'), findQuery(call, 'maxTime')].map((text) => Date.parse(text ?? ''));
  const time = Date.parse(toTime(build, toOrder(call).field) ?? '');
  const isAsked = !Number.isNaN(from) || !Number.isNaN(to);
  if (!isAsked) return true;
  return !Number.isNaN(time) && !(time < from!) && !(time > to!);
}

function fitsEnum(call: Call, name: string, table: EnumTable, value: unknown): boolean {
  const asked = findQuery(call, name);
  if (asked === undefined) return true;
  const wanted = asked.split(',').map((part) => findEnumName(table, part.trim()));
  return wanted.includes('all') || wanted.includes(String(value));
}

interface Order {
  readonly field: 'queueTime' | 'startTime' | 'finishTime';
  readonly isAscending: boolean;
}

/** The service sorts by finish where nobody says how; what has not finished comes first. */
function toOrder(call: Call): Order {
  const name = findEnumName(buildQueryOrder, findQuery(call, 'queryOrder')) ?? 'finishTimeDescending';
  const field = name.startsWith('queue') ? 'queueTime' : name.startsWith('start') ? 'startTime' : 'finishTime';
  return { field, isAscending: name.endsWith('Ascending') };
}

function toTime(build: Build, field: Order['field']): string | undefined {
  return build[field];
}

function sort(call: Call, builds: readonly Build[]): readonly Build[] {
  const { field, isAscending } = toOrder(call);
  // Times are equal within a millisecond, and absent while a run goes on: then the number decides.
  const key = (build: Build) => toTime(build, field) ?? '9999';
  const sorted = [...builds].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id));
  return isAscending ? sorted : sorted.reverse();
}

function limitPerDefinition(call: Call, builds: readonly Build[]): readonly Build[] {
  const most = Number(findQuery(call, 'maxBuildsPerDefinition') ?? 0) || 0;
  if (most <= 0) return builds;
  const counts = new Map<number, number>();
  return builds.filter(({ definitionId }) => {
    const count = (counts.get(definitionId) ?? 0) + 1;
    counts.set(definitionId, count);
    return count <= most;
  });
}

/** The newest finished run of a definition. */
function showLatest(call: Call): Answer {
  const project = getProject(call);
  const { definition: asked = '' } = call.params;
  const definition = call.organization.definitions.find(
    ({ id, name, path, projectId }) =>
      projectId === project.id &&
      (String(id) === asked ||
        name === asked ||
        `${path}\\${name}`.replace(/^\\+/, '') === asked.replaceAll('/', '\\').replace(/^\\+/, '')),
  );
  const branch = findQuery(call, 'branchName');
  const build = call.organization.builds.findLast(
    (each) =>
      each.definitionId === definition?.id &&
      each.status === 'completed' &&
      (branch === undefined || each.branch === branch || each.branch === `refs/heads/${branch}`),
  );
  if (build) return ok(describeBuild(call, build));
  throw new ServiceError(
    404,
    'BuildNotFoundException',
    `No completed builds were found for pipeline ${asked}${branch === undefined ? '' : ` for branch ${branch}`}.`,
  );
}

/** Runs of definitions. */
export const buildHandlers: Handlers = {
  builds: {
    GET: showBuilds,
    POST: queueBuild,
    PATCH: (call) => (call.params.buildId === undefined ? updateBuilds(call) : updateBuild(call)),
    DELETE: deleteBuild,
  },
  latestBuild: { GET: showLatest },
};
