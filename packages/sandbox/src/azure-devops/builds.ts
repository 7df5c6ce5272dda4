import { type Answer, type Call, findQuery, findQueryList, getProject, type Handlers, list, ok } from './call.ts';
import { buildReason, buildResult, buildStatus, type EnumTable, findEnumName } from './enums.ts';
import { ServiceError } from './errors.ts';
import type { Build } from './state.ts';

function showBuilds(call: Call): Answer {
  const project = getProject(call);
  const mine = call.organization.builds.filter(({ projectId }) => projectId === project.id);
  const { buildId } = call.params;
  if (buildId !== undefined) {
    const build = mine.find(({ id }) => String(id) === buildId);
    if (build) return ok(build.body);
    throw new ServiceError(
      404,
      'BuildNotFoundException',
      `VS800075: The requested build ${buildId} could not be found.`,
    );
  }
  const top = Number(findQuery(call, '$top') ?? 1000) || 1000;
  const newestFirst = [...mine].sort((a, b) => b.id - a.id);
  const found = newestFirst.filter((build) => fits(call, build));
  return list(found.slice(0, top).map(({ body }) => body));
}

function fits(call: Call, build: Build): boolean {
  const definitions = findQueryList(call, 'definitions');
  const branch = findQuery(call, 'branchName');
  const number = findQuery(call, 'buildNumber');
  return (
    (definitions === undefined || definitions.includes(String(build.definitionId))) &&
    (branch === undefined || build.body.sourceBranch === branch) &&
    (number === undefined || build.body.buildNumber === number) &&
    fitsEnum(call, 'statusFilter', buildStatus, build.body.status) &&
    fitsEnum(call, 'resultFilter', buildResult, build.body.result) &&
    fitsEnum(call, 'reasonFilter', buildReason, build.body.reason)
  );
}

function fitsEnum(call: Call, name: string, table: EnumTable, value: unknown): boolean {
  const asked = findQuery(call, name);
  if (asked === undefined) return true;
  const wanted = asked.split(',').map((part) => findEnumName(table, part));
  return wanted.includes('all') || wanted.includes(String(value));
}

/** Runs of definitions. */
export const buildHandlers: Handlers = {
  builds: { GET: showBuilds },
};
