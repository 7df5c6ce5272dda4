import { parseDocument } from 'yaml';

/**
 * Which model a repository is about, by its `mlops.yaml`. Reads loosely: a repository stays its model's own while
 * somebody's edit has made the rest of the file wrong, or a newer version has written it.
 */
export function findModelName(manifest: string): string | undefined {
  const name: unknown = parseDocument(manifest).getIn(['model', 'name']);
  return typeof name === 'string' ? name : undefined;
}
