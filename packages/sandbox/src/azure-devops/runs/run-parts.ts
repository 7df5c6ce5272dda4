import { type Answer, type Call, findQuery, getBodyList, type Handlers, list, ok } from '../call.ts';
import { readCommits } from '../commits.ts';
import { badRequest } from '../errors.ts';
import { tryGit } from '../git.ts';
import type { Build, Json } from '../state.ts';
import { toGitFolder } from '../world.ts';
import { getBuild, requireBuildRight, toBuildUrl } from './find-build.ts';
import { toPlanId } from './predefined-variables.ts';
import type { RunRecord, TimelineRecord } from './run-record.ts';

function open(call: Call, build: Build): RunRecord {
  return call.world.runs.open(call.organization, build);
}

function showTimeline(call: Call): Answer {
  const build = getBuild(call);
  const { timelineId } = call.params;
  const id = toPlanId(call.organization, build);
  // A run whose pipeline could not be read has no timeline; the service says so with success and nothing.
  if (build.stages.length === 0) return ok(null);
  const { records: newest, earlier, changeId, lastChangedOn } = open(call, build).data;
  const asked = timelineId?.toLowerCase() ?? id;
  const records = asked === id ? newest : earlier.find((each) => each.id === asked)?.records;
  if (!records) return ok(null);
  return ok({
    records: records.map((record) => describeRecord(call, build, record, changeId)),
    lastChangedBy: '00000002-0000-8888-8000-000000000000',
    lastChangedOn,
    id: asked,
    changeId,
    url: `${toBuildUrl(call, build)}/Timeline/${asked}`,
  });
}

function describeRecord(call: Call, build: Build, record: TimelineRecord, changeId: number): Json {
  const count = (type: string) => record.issues.filter((issue) => issue.type === type).length;
  const { logId } = record;
  return {
    previousAttempts: record.previousAttempts,
    id: record.id,
    parentId: record.parentId,
    type: record.type,
    name: record.name,
    startTime: record.startTime ?? null,
    finishTime: record.finishTime ?? null,
    currentOperation: record.currentOperation ?? null,
    percentComplete: null,
    state: record.state,
    result: record.result === undefined ? null : record.result.charAt(0).toLowerCase() + record.result.slice(1),
    resultCode: null,
    changeId,
    lastModified: '0001-01-01T00:00:00',
    workerName: record.workerName ?? null,
    order: record.order,
    details: null,
    errorCount: count('error'),
    warningCount: count('warning'),
    url: null,
    log: logId === undefined ? null : { id: logId, type: 'Container', url: `${toBuildUrl(call, build)}/logs/${logId}` },
    task: record.task ?? null,
    attempt: record.attempt,
    identifier: record.identifier,
    refName: record.refName,
    ...(record.issues.length > 0 ? { issues: record.issues.map(describeIssue) } : {}),
  };
}

function describeIssue({ type, message, file, line }: TimelineRecord['issues'][number]): Json {
  return {
    type,
    category: 'General',
    message,
    ...(file === undefined ? {} : { data: { sourcepath: file, ...(line ? { linenumber: String(line) } : {}) } }),
  };
}

function changeTags(change: (build: Build, tags: readonly string[]) => void) {
  return (call: Call): Answer => {
    const build = getBuild(call);
    requireBuildRight(call, build.definitionId, 'UpdateBuildInformation');
    const { tag } = call.params;
    const sent = tag === undefined || tag === '' ? toTags(call) : [tag];
    if (sent.length === 0) throw badRequest('At least one tag is required.');
    change(build, sent);
    return list(build.tags);
  };
}

function toTags(call: Call): readonly string[] {
  const body = call.request.json();
  if (Array.isArray(body)) return body.map(String);
  return getBodyList(call).map(String);
}

const addTags = changeTags((build, tags) => {
  build.tags = [...new Set([...build.tags, ...tags])];
});
const removeTags = changeTags((build, tags) => {
  build.tags = build.tags.filter((tag) => !tags.includes(tag));
});

/** Commits since the last good run of the same pipeline on the same branch; of the first run its newest. */
async function showChanges(call: Call): Promise<Answer> {
  const build = getBuild(call);
  const repository = call.organization.repositories.find(({ id }) => id === build.repositoryId);
  if (!repository) return list([]);
  const folder = toGitFolder(call.world, repository);
  const before = call.organization.builds.findLast(
    (each) =>
      each.id < build.id &&
      each.definitionId === build.definitionId &&
      each.branch === build.branch &&
      each.result === 'succeeded',
  );
  const top = Number(findQuery(call, '$top') ?? 50) || 50;
  const isKnown = before && (await tryGit(folder, ['cat-file', '-e', before.commitId])).code === 0;
  const range = isKnown ? `${before.commitId}..${build.commitId}` : build.commitId;
  const commits = await readCommits(folder, [`--max-count=${isKnown ? top : 1}`, range]);
  const at = `${call.base}/${build.projectId}/_apis/git/repositories/${repository.id}/commits`;
  return list(
    commits.map(({ commitId, comment, author }) => {
      const { name, email, date } = author as Readonly<Record<string, string>>;
      return {
        id: commitId,
        message: String(comment),
        type: 'TfsGit',
        author: { displayName: name, uniqueName: email },
        timestamp: date,
        location: `${at}/${String(commitId)}`,
        pusher: null,
      };
    }),
  );
}

/** What belongs to a run. */
export const runPartHandlers: Handlers = {
  timeline: { GET: showTimeline },
  buildTags: {
    GET: (call) => list(getBuild(call).tags),
    PUT: addTags,
    POST: addTags,
    DELETE: removeTags,
  },
  buildChanges: { GET: showChanges },
};
