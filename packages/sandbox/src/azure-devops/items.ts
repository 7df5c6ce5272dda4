import { type Answer, type Call, findQuery, type Handlers, isQuerySet, list, ok } from './call.ts';
import { findEnumName, recursionLevel } from './enums.ts';
import { ServiceError } from './errors.ts';
import { runGit, tryGit } from './git.ts';
import { getVersion, type Version } from './git-version.ts';
import { getEnabledRepository } from './repositories.ts';
import type { Json, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly objectId: string;
  /** Without slash at the start. */
  readonly path: string;
}

interface Place {
  readonly call: Call;
  readonly repository: Repository;
  readonly folder: string;
  readonly version: Version;
}

async function showItems(call: Call): Promise<Answer> {
  const repository = getEnabledRepository(call);
  const version = await getVersion(call, repository);
  const place = { call, repository, folder: toGitFolder(call.world, repository), version };
  const scope = findQuery(call, 'scopePath');
  const path = (findQuery(call, 'path') ?? call.params.path ?? scope ?? '/').replace(/^\/+|\/+$/g, '');
  const level = findEnumName(recursionLevel, findQuery(call, 'recursionLevel')) ?? 'none';
  if (scope !== undefined || level !== 'none' || path === '') return listItems(place, path, level);
  const entry = await getEntry(place, path);
  return wantsJson(call) ? ok(await describe(place, entry, true)) : sendContent(place, entry);
}

async function getEntry(place: Place, path: string): Promise<TreeEntry> {
  const entry = (await readTree(place, path, [])).find((candidate) => candidate.path === path);
  if (entry) return entry;
  const { repository, version } = place;
  throw new ServiceError(
    404,
    'GitItemNotFoundException',
    `TF401174: The item '/${path}' could not be found in the repository '${repository.name}' at the version specified by '${version.text}' (resolved to commit '${version.commitId}')`,
  );
}

async function readTree(place: Place, path: string, options: readonly string[]): Promise<readonly TreeEntry[]> {
  const args = ['ls-tree', '-z', ...options, place.version.commitId, ...(path === '' ? [] : ['--', path])];
  const text = await runGit(place.folder, args);
  return text
    .split('\0')
    .map((line) => /^(\d+) (\w+) ([0-9a-f]+)\t(.+)$/s.exec(line))
    .flatMap((match) =>
      match ? [{ mode: match[1] ?? '', type: match[2] ?? '', objectId: match[3] ?? '', path: match[4] ?? '' }] : [],
    );
}

async function listItems(place: Place, path: string, level: string): Promise<Answer> {
  const root = path === '' ? await readRoot(place) : await getEntry(place, path);
  const below =
    level === 'none' || root.type !== 'tree'
      ? []
      : await readTree(place, path === '' ? '' : `${path}/`, level === 'full' ? ['-r', '-t'] : []);
  const entries = [root, ...below.filter((entry) => entry.path !== root.path && entry.path.startsWith(path))];
  return list(await Promise.all(entries.map((entry) => describe(place, entry, false))));
}

async function readRoot({ folder, version }: Place): Promise<TreeEntry> {
  return {
    mode: '040000',
    type: 'tree',
    objectId: await runGit(folder, ['rev-parse', `${version.commitId}^{tree}`]),
    path: '',
  };
}

/** People's tools get the file itself, clients that accept JSON get what is known about it. */
function wantsJson(call: Call): boolean {
  const format = findQuery(call, '$format')?.toLowerCase();
  if (format !== undefined) return format === 'json';
  if (isQuerySet(call, 'download')) return false;
  return /application\/json/i.test(call.request.headers.accept ?? '');
}

async function sendContent({ folder, call }: Place, entry: TreeEntry): Promise<Answer> {
  const { stdout } = await tryGit(folder, ['cat-file', entry.type, entry.objectId]);
  const isText = /text\/plain/i.test(call.request.headers.accept ?? '');
  return {
    status: 200,
    headers: { 'content-type': isText ? 'text/plain' : 'application/octet-stream' },
    body: stdout,
  };
}

async function describe(place: Place, entry: TreeEntry, isSingle: boolean): Promise<Json> {
  const { call, repository, folder, version } = place;
  const isFolder = entry.type === 'tree';
  const url = `${call.base}/${repository.projectId}/_apis/git/repositories/${repository.id}/items?path=${encodeURIComponent(`/${entry.path}`)}&versionType=Commit&version=${version.commitId}`;
  const wantsContent = isSingle && !isFolder && isQuerySet(call, 'includeContent');
  // In a list the service names the commit asked for; of a single item the last one that touched it.
  const commitId = isSingle
    ? await runGit(folder, ['log', '-1', '--format=%H', version.commitId, '--', entry.path])
    : version.commitId;
  const content = wantsContent ? (await tryGit(folder, ['cat-file', 'blob', entry.objectId])).stdout : undefined;
  const isBinary = content?.includes(0) === true;
  return {
    objectId: entry.objectId,
    gitObjectType: entry.type,
    commitId,
    path: `/${entry.path}`,
    ...(isFolder ? { isFolder: true } : {}),
    ...(entry.mode === '120000' ? { isSymLink: true } : {}),
    ...(content === undefined ? {} : { content: content.toString(isBinary ? 'base64' : 'utf8') }),
    ...(isSingle && !isFolder ? { contentMetadata: toMetadata(entry.path, isBinary) } : {}),
    url,
  };
}

function toMetadata(path: string, isBinary: boolean): Json {
  const fileName = path.split('/').at(-1) ?? '';
  const extension = fileName.includes('.') ? (fileName.split('.').at(-1) ?? '') : '';
  return {
    encoding: isBinary ? 0 : 65001,
    contentType: isBinary ? 'application/octet-stream' : 'text/plain',
    fileName,
    extension,
    isBinary,
    isImage: false,
  };
}

/** Files and folders of a commit. */
export const itemHandlers: Handlers = {
  items: { GET: showItems },
};
