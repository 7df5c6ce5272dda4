import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { SandboxReply, SandboxRequest } from '../router.ts';
import { findFlag, findText, getText, toFields } from './body.ts';
import { toExtension, toJupyter, toSource, withHeader } from './notebook-source.ts';
import { requireOnPath } from './object-rights.ts';
import { invalid } from './service-error.ts';
import type { Language } from './state.ts';
import { getNode, type Node, toWorkspacePath } from './workspace-tree.ts';
import type { Call } from './world.ts';

/** `GET workspace/export`. */
export function exportObject(request: SandboxRequest, call: Call): SandboxReply {
  const fields = toFields(request.query);
  const node = getNode(call, toWorkspacePath(getText(fields, 'path')));
  requireOnPath(call, node.path, 'CAN_READ');
  const { bytes, fileType } = toExport(node, findText(fields, 'format') ?? 'SOURCE');
  if (findFlag(fields, 'direct_download')) {
    return { status: 200, body: bytes, headers: { 'content-type': 'application/octet-stream' } };
  }
  return { status: 200, body: { content: bytes.toString('base64'), file_type: fileType } };
}

function toExport(node: Node, format: string): { bytes: Buffer; fileType: string } {
  switch (format) {
    case 'SOURCE':
    case 'AUTO':
    case 'RAW':
    case 'JUPYTER':
      break;
    default:
      throw invalid(`Export of format ${format} is not supported; use SOURCE, AUTO, JUPYTER or RAW.`);
  }
  switch (node.type) {
    case 'FILE':
      return { bytes: readFileSync(node.disk), fileType: extname(node.path).slice(1) };
    case 'NOTEBOOK':
      return toNotebookExport(node, format);
    case 'DIRECTORY':
    case 'REPO':
      throw invalid(`Path (${node.path}) is a folder; only notebooks and files can be exported here.`);
  }
}

function toNotebookExport(node: Node, format: string): { bytes: Buffer; fileType: string } {
  const language: Language = node.language ?? 'PYTHON';
  const text = readFileSync(node.disk, 'utf8');
  const isJupyter = node.form === 'jupyter';
  if (format === 'JUPYTER' || (format === 'AUTO' && isJupyter)) {
    return { bytes: Buffer.from(isJupyter ? text : toJupyter(text, language)), fileType: 'ipynb' };
  }
  const source = isJupyter ? toSource(text) : withHeader(text, language);
  return { bytes: Buffer.from(source), fileType: toExtension(language).slice(1) };
}
