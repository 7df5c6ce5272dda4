import type { Policy } from '../services/azure-devops/policies.ts';

/** Names of the pipelines that main demands for these files, by the policies as they stand on the server. */
export function listRuns(policies: readonly Policy[], files: readonly string[]): readonly string[] {
  return policies.flatMap(({ kind, enabled, settings }) => {
    const patterns = Array.isArray(settings.filenamePatterns) ? settings.filenamePatterns.map(String) : [];
    const isMeant = kind === 'build' && enabled && files.some((file) => fits(`/${file}`, patterns));
    return isMeant ? [String(settings.displayName)] : [];
  });
}

/** `*` crosses folders, `!` takes away, the last pattern that fits decides; without patterns every file fits. */
function fits(path: string, patterns: readonly string[]): boolean {
  let included = patterns.length === 0;
  for (const each of patterns) {
    const takesAway = each.startsWith('!');
    const source = each
      .slice(takesAway ? 1 : 0)
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*');
    if (new RegExp(`^${source}$`, 's').test(path)) included = !takesAway;
  }
  return included;
}
