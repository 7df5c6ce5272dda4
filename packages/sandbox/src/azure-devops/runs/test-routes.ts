import { type Answer, type Call, findQuery, getProject, type Handlers, list, ok } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { toIdentityRef } from '../people.ts';
import type { Build, Json } from '../state.ts';
import type { TestRun } from './run-record.ts';

/** A published test run with the run that published it. */
interface Found {
  readonly build: Build;
  readonly tests: TestRun;
}

function findAll(call: Call): readonly Found[] {
  const project = getProject(call);
  const uri = findQuery(call, 'buildUri');
  const ids = findQuery(call, 'buildIds')?.split(',');
  const builds = call.organization.builds.filter(
    ({ id, projectId }) =>
      projectId === project.id &&
      (uri === undefined || uri === `vstfs:///Build/Build/${id}`) &&
      (ids === undefined || ids.includes(String(id))) &&
      call.organization.testRuns.some(({ buildId }) => buildId === id),
  );
  return builds.flatMap((build) =>
    call.world.runs.open(call.organization, build).data.tests.map((tests) => ({ build, tests })),
  );
}

function getOne(call: Call): Found {
  const project = getProject(call);
  const { runId } = call.params;
  const entry = call.organization.testRuns.find(({ id }) => String(id) === runId);
  const build = call.organization.builds.find(({ id, projectId }) => id === entry?.buildId && projectId === project.id);
  const tests = build && call.world.runs.open(call.organization, build).data.tests.find(({ id }) => id === entry?.id);
  if (build && tests) return { build, tests };
  throw new ServiceError(404, 'TestObjectNotFoundException', `Test run ${runId} not found.`);
}

function toUrl(call: Call, { build, tests }: Found): string {
  return `${call.base}/${build.projectId}/_apis/test/Runs/${tests.id}`;
}

function describeTests(call: Call, found: Found): Json {
  const { build, tests } = found;
  const project = getProject(call);
  const count = (outcome: string) => tests.cases.filter((each) => each.outcome === outcome).length;
  const outcomes = [...new Set(tests.cases.map(({ outcome }) => outcome))];
  return {
    id: tests.id,
    name: tests.name,
    url: toUrl(call, found),
    build: { id: String(build.id), name: build.number, url: `${call.base}/_apis/build/Builds/${build.id}` },
    isAutomated: true,
    owner: toIdentityRef(call, build.requestedFor),
    project: { id: project.id, name: project.name },
    startedDate: tests.startedDate,
    completedDate: tests.completedDate,
    state: 'Completed',
    totalTests: tests.cases.length,
    incompleteTests: 0,
    notApplicableTests: count('NotExecuted'),
    passedTests: count('Passed'),
    unanalyzedTests: count('Failed'),
    revision: 1,
    runStatistics: outcomes.map((outcome) => ({ state: 'Completed', outcome, count: count(outcome) })),
    webAccessUrl: `${call.base}/${encodeURIComponent(project.name)}/_TestManagement/Runs?runId=${tests.id}&_a=runCharts`,
  };
}

function showTests(call: Call): Answer {
  if (call.params.runId !== undefined) return ok(describeTests(call, getOne(call)));
  const all = findAll(call);
  const skip = Number(findQuery(call, '$skip') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 100) || 100;
  return list(all.slice(skip, skip + top).map((found) => describeTests(call, found)));
}

function showResults(call: Call): Answer {
  const found = getOne(call);
  const { build, tests } = found;
  const asked = findQuery(call, 'outcomes')?.toLowerCase().split(',');
  // The service counts results of a run from this number on.
  const results = tests.cases.map((each, index) => ({ id: 100_000 + index, ...each }));
  const describeResult = ({ id, name, className, outcome, milliseconds, message }: (typeof results)[number]) => ({
    id,
    testCaseTitle: name,
    automatedTestName: className === '' ? name : `${className}.${name}`,
    automatedTestStorage: className,
    outcome,
    state: 'Completed',
    durationInMs: milliseconds,
    startedDate: tests.startedDate,
    completedDate: tests.completedDate,
    ...(message === undefined ? {} : { errorMessage: message }),
    project: { id: build.projectId },
    testRun: { id: String(tests.id), name: tests.name, url: toUrl(call, found) },
    build: { id: String(build.id), name: build.number },
    url: `${toUrl(call, found)}/Results/${id}`,
  });
  const { testCaseResultId } = call.params;
  if (testCaseResultId !== undefined) {
    const one = results.find(({ id }) => String(id) === testCaseResultId);
    if (one) return ok(describeResult(one));
    throw new ServiceError(404, 'TestObjectNotFoundException', `Test result ${testCaseResultId} not found.`);
  }
  const shown = results.filter(({ outcome }) => asked === undefined || asked.includes(outcome.toLowerCase()));
  const skip = Number(findQuery(call, '$skip') ?? 0) || 0;
  const top = Number(findQuery(call, '$top') ?? 1000) || 1000;
  return list(shown.slice(skip, skip + top).map(describeResult));
}

/** Tests that runs published. */
export const testHandlers: Handlers = {
  testRuns: { GET: showTests },
  testResults: { GET: showResults },
};
