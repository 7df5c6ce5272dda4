import { parseDocument } from 'yaml';

/** `mlops.yaml` with this model version pinned for service; comments and everything else stay as the team wrote them. */
export function editSelection(text: string, version: number): string {
  const document = parseDocument(text, { compat: 'yaml-1.1' });
  document.setIn(['model', 'select'], version);
  // The same way as the file was first printed: no line is folded.
  return document.toString({ lineWidth: 0, singleQuote: true });
}
