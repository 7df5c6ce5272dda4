import { type Answer, type Call, findQuery, type Handlers, list } from '../call.ts';
import { ServiceError } from '../errors.ts';
import type { Build, Json } from '../state.ts';
import { getBuild, toBuildUrl } from './find-build.ts';
import type { RunLog, RunRecord } from './run-record.ts';

function showLogs(call: Call): Answer {
  const build = getBuild(call);
  const record = call.world.runs.open(call.organization, build);
  const { logId } = call.params;
  if (logId === undefined) return list(listLogs(call, build));
  return printLog(call, record, build, logId);
}

/** The logs of a run, without their lines. */
export function listLogs(call: Call, build: Build): readonly Json[] {
  return call.world.runs.open(call.organization, build).data.logs.map((log) => describeLog(call, build, log));
}

function describeLog(call: Call, build: Build, { id, lineCount, createdOn, lastChangedOn }: RunLog): Json {
  return { lineCount, createdOn, lastChangedOn, id, type: 'Container', url: `${toBuildUrl(call, build)}/logs/${id}` };
}

/** Lines as text, or as a list where the client asks for JSON; lines count from one. @throws ServiceError 404 */
export function printLog(call: Call, record: RunRecord, build: Build, id: string): Answer {
  const log = record.data.logs.find((each) => String(each.id) === id);
  if (!log) {
    throw new ServiceError(
      404,
      'BuildLogNotFoundException',
      `The log ${id} of the build ${build.id} could not be found.`,
    );
  }
  const first = Number(findQuery(call, 'startLine') ?? 1) || 1;
  const last = Number(findQuery(call, 'endLine') ?? 0) || undefined;
  const lines = record.readLog(log).slice(Math.max(0, first - 1), last);
  const accept = call.request.headers.accept ?? '';
  if (/application\/json/i.test(accept) && !/text\/plain/i.test(accept)) return list(lines);
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return { status: 200, headers, body: lines.map((line) => `${line}\n`).join('') };
}

/** Logs of runs. */
export const logHandlers: Handlers = {
  buildLogs: { GET: showLogs },
};
