import { dirname, join, normalize } from 'node:path/posix';
import { type Document, isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import { type Answer, type Call, getBody, getProject, type Handlers, isObject, ok, toObject, toText } from './call.ts';
import { getDefinition, toDefinitionToken } from './definitions.ts';
import { ServiceError } from './errors.ts';
import { findDefaultBranch, findRef, tryGit } from './git.ts';
import { requireRight } from './rights.ts';
import type { Json, Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** Where the files of a pipeline come from. */
interface Source {
  readonly call: Call;
  readonly repository: Repository;
  readonly folder: string;
  readonly branch: string;
  readonly commitId: string;
}

/** What may stand at the top of a pipeline's file. */
const ROOT_KEYS = new Set([
  'name',
  'appendCommitMessageToRunName',
  'trigger',
  'pr',
  'schedules',
  'resources',
  'variables',
  'parameters',
  'extends',
  'stages',
  'jobs',
  'steps',
  'pool',
  'strategy',
  'continueOnError',
  'container',
  'services',
  'workspace',
  'lockBehavior',
  'target',
]);

/** Keys under which a list may take entries from a template. */
const LISTS = ['stages', 'jobs', 'steps', 'variables'] as const;

async function previewRun(call: Call): Promise<Answer> {
  const project = getProject(call);
  const definition = getDefinition(call, project, call.params.pipelineId);
  const token = toDefinitionToken(project.id, definition.path, definition.id);
  requireRight(call, 'QueueBuilds', { project, token, name: `${definition.id}:${definition.name}` });
  const { yamlOverride } = getBody(call);
  const source = getSource(call, toText(toObject(definition.body.repository).id));
  const path = `/${toText(toObject(definition.body.process).yamlFilename).replace(/^\/+/, '')}`;
  const text = toText(yamlOverride) || (await readTemplate(source, path, path));
  const entry = parseYaml(path, text);
  refuseUnknownKeys(path, entry);
  return ok({ finalYaml: stringify(await expand(source, path, toObject(entry.toJS()), 0), { lineWidth: 0 }) });
}

function getSource(call: Call, repositoryId: string): Source {
  const repository = call.organization.repositories.find(({ id }) => id === repositoryId);
  const folder = repository && toGitFolder(call.world, repository);
  const branch = folder && findDefaultBranch(folder);
  const commitId = folder && branch && findRef(folder, branch);
  if (repository && folder && branch && commitId) return { call, repository, folder, branch, commitId };
  throw invalid(
    `The pipeline is not valid. The repository ${repository?.name ?? repositoryId} has no branch to read from.`,
  );
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'PipelineValidationException', message);
}

async function readTemplate(
  { call, repository, folder, branch, commitId }: Source,
  path: string,
  from: string,
): Promise<string> {
  const { code, stdout } = await tryGit(folder, ['cat-file', 'blob', `${commitId}:${path.slice(1)}`]);
  if (code === 0) return stdout.toString('utf8');
  throw invalid(
    `${from}: File ${path} not found in repository ${call.base}/_git/${repository.name} branch ${branch} version ${commitId}.`,
  );
}

function parseYaml(path: string, text: string): Document {
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) {
    const [start] = error.linePos ?? [];
    throw invalid(`${path}: (Line: ${start?.line ?? 1}, Col: ${start?.col ?? 1}): ${error.message.split('\n')[0]}`);
  }
  if (isMap(document.contents)) return document as Document;
  throw invalid(`${path}: (Line: 1, Col: 1): A mapping was expected`);
}

function refuseUnknownKeys(path: string, document: Document): void {
  if (!isMap(document.contents)) return;
  for (const { key } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (ROOT_KEYS.has(name) || name.startsWith('${{')) continue;
    throw invalid(`${path}: Unexpected value '${name}'`);
  }
  for (const name of ['stages', 'jobs', 'steps', 'schedules']) {
    const value = document.contents.get(name);
    if (value !== undefined && !isSeq(value)) throw invalid(`${path}: '${name}': A sequence was expected`);
  }
}

/** More templates within templates than this are refused, as on the service. */
const DEEPEST = 100;

/** Puts templates in place of their names; what stands in the entry itself stays as it is. */
async function expand(source: Source, path: string, content: Json, depth: number): Promise<Json> {
  if (depth > DEEPEST) throw invalid(`${path}: Maximum template nesting of ${DEEPEST} exceeded.`);
  const { extends: base, parameters: _parameters, ...own } = content;
  const result: Json = { ...own };
  for (const name of LISTS) {
    if (Array.isArray(result[name])) result[name] = await expandList(source, path, result[name], name, depth);
  }
  if (!isObject(base)) return result;
  const { content: body, at } = await loadTemplate(source, path, toText(base.template));
  return { ...result, ...(await expand(source, at, body, depth + 1)) };
}

async function loadTemplate(source: Source, from: string, name: string): Promise<{ content: Json; at: string }> {
  if (name === '') throw invalid(`${from}: A template name was expected`);
  // A template of another repository is the run's to fetch.
  if (name.includes('@') && !name.endsWith('@self')) return { content: {}, at: from };
  const file = name.replace(/@self$/, '');
  const at = normalize(file.startsWith('/') ? file : join(dirname(from), file));
  return { content: toObject(parseYaml(at, await readTemplate(source, at, from)).toJS()), at };
}

async function expandList(
  source: Source,
  path: string,
  items: readonly unknown[],
  name: (typeof LISTS)[number],
  depth: number,
): Promise<readonly unknown[]> {
  const expanded: unknown[] = [];
  for (const item of items) {
    const entry = toObject(item);
    if (typeof entry.template === 'string') {
      const { content, at } = await loadTemplate(source, path, entry.template);
      const inner = (await expand(source, at, content, depth + 1))[name];
      expanded.push(...(Array.isArray(inner) ? inner : toVariableList(inner)));
    } else expanded.push(isObject(item) ? await expand(source, path, item, depth + 1) : item);
  }
  return expanded;
}

/** Variables may be a mapping in the template and a list where it is used. */
function toVariableList(variables: unknown): readonly unknown[] {
  return Object.entries(toObject(variables)).map(([name, value]) => ({ name, value }));
}

/** What a run would consist of, without running it. */
export const previewHandlers: Handlers = {
  preview: { POST: previewRun },
};
