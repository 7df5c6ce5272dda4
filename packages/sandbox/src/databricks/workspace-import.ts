import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { SandboxRequest } from '../router.ts';
import { type Fields, findFlag, findText, getText, readFields } from './body.ts';
import { findLanguage, hasHeader, isJupyter, LANGUAGES, toExtension, withHeader } from './notebook-source.ts';
import { requireOnPath } from './object-rights.ts';
import { invalid, missing, ServiceError, taken } from './service-error.ts';
import type { Language, NotebookRecord } from './state.ts';
import {
  findGitFolderAbove,
  findNode,
  type Node,
  putRecord,
  toDisk,
  toParent,
  toWorkspacePath,
} from './workspace-tree.ts';
import { type Call, takeId } from './world.ts';

/** 10 MB, the service's limit for one import. */
const SIZE_LIMIT = 10 * 1024 * 1024;

/** What an import makes. */
interface Incoming {
  readonly path: string;
  readonly bytes: Buffer;
  /** Absent: a plain file. */
  readonly notebook?: NotebookRecord;
}

/** `POST workspace/import`, as JSON with base64 or as a multipart form. */
export async function importObject(request: SandboxRequest, call: Call): Promise<void> {
  const { fields, bytes } = await readImport(request);
  if (bytes.length > SIZE_LIMIT) {
    const message = `File size imported is (${bytes.length} bytes), exceeded max size (${SIZE_LIMIT} bytes)`;
    throw new ServiceError(400, 'MAX_NOTEBOOK_SIZE_EXCEEDED', message);
  }
  const incoming = toIncoming(fields, bytes);
  const parent = toParent(incoming.path);
  requireOnPath(call, findNode(call, incoming.path) ? incoming.path : parent, 'CAN_EDIT');
  if (findNode(call, parent)?.type === undefined) throw missing(`The parent folder (${parent}) does not exist.`);
  checkTarget(findNode(call, incoming.path), incoming, findFlag(fields, 'overwrite'));
  write(call, incoming);
}

async function readImport(request: SandboxRequest): Promise<{ fields: Fields; bytes: Buffer }> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    const fields = readFields(request);
    return { fields, bytes: fromBase64(findText(fields, 'content') ?? '') };
  }
  const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
  const content = form.get('content');
  const bytes = content instanceof Blob ? Buffer.from(await content.arrayBuffer()) : fromBase64(content ?? '');
  return { fields: Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')), bytes };
}

function fromBase64(text: string): Buffer {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw invalid('The content is not valid base64.');
  return Buffer.from(text, 'base64');
}

function toIncoming(fields: Fields, bytes: Buffer): Incoming {
  const path = toWorkspacePath(getText(fields, 'path'));
  if (path === '/') throw invalid('Path (/) is a folder.');
  const format = findText(fields, 'format') ?? 'SOURCE';
  switch (format) {
    case 'SOURCE':
      return toSourceNotebook(path, bytes, toLanguage(findText(fields, 'language')));
    case 'JUPYTER':
      if (!isJupyter(bytes.toString('utf8'))) throw invalid('The content is not a valid Jupyter notebook.');
      return { path, bytes, notebook: { language: 'PYTHON', form: 'jupyter' } };
    case 'RAW':
      return { path, bytes };
    case 'AUTO':
      return toAutomatic(path, bytes);
    default:
      throw invalid(`Import of format ${format} is not supported; use SOURCE, AUTO, JUPYTER or RAW.`);
  }
}

function toLanguage(language: string | undefined): Language {
  const known = LANGUAGES.find((one) => one === language);
  if (known) return known;
  throw invalid(`Import of format SOURCE needs a language, one of ${LANGUAGES.join(', ')}; got ${language ?? 'none'}.`);
}

function toSourceNotebook(path: string, bytes: Buffer, language: Language): Incoming {
  const text = withHeader(bytes.toString('utf8'), language);
  return { path, bytes: Buffer.from(text), notebook: { language, form: 'source' } };
}

/** AUTO: extension and first line decide whether it is a notebook; a notebook loses its extension. */
function toAutomatic(path: string, bytes: Buffer): Incoming {
  const extension = extname(path);
  const bare = path.slice(0, path.length - extension.length);
  const text = bytes.toString('utf8');
  if (extension === '.ipynb' && isJupyter(text)) {
    return { path: bare, bytes, notebook: { language: 'PYTHON', form: 'jupyter' } };
  }
  const language = findLanguage(extension);
  return language && hasHeader(text, language) ? toSourceNotebook(bare, bytes, language) : { path, bytes };
}

function checkTarget(there: Node | undefined, incoming: Incoming, overwrite: boolean): void {
  if (!there) return;
  const type = incoming.notebook ? 'NOTEBOOK' : 'FILE';
  if (there.type === 'DIRECTORY' || there.type === 'REPO' || !overwrite) {
    throw taken(`Path (${incoming.path}) already exists.`);
  }
  if (there.type !== type) {
    throw invalid(`Requested node type [${type}] is different from the existing node type [${there.type}]`);
  }
}

function write(call: Call, { path, bytes, notebook }: Incoming): void {
  const { notebooks } = call.store.data;
  const inCheckout = findGitFolderAbove(call, path) !== undefined;
  // The record goes first: without its bytes it means nothing, bytes without it would be a plain file.
  if (notebook && !inCheckout) notebooks[path] = notebook;
  else delete notebooks[path];
  putRecord(call, path, call.caller.account);
  call.store.save();
  writeWhole(call, toDisk(call, inCheckout && notebook ? path + toFileEnd(notebook) : path), bytes);
}

function toFileEnd({ language, form }: NotebookRecord): string {
  return form === 'jupyter' ? '.ipynb' : toExtension(language);
}

function writeWhole(call: Call, disk: string, bytes: Buffer): void {
  const part = join(call.scratch, `import-${takeId(call)}`);
  mkdirSync(dirname(part), { recursive: true });
  writeFileSync(part, bytes, { mode: 0o600 });
  // A link in a checkout is replaced, not followed.
  rmSync(disk, { force: true });
  renameSync(part, disk);
}
