/**
 * Whether any file fits the path filters of a policy: `*` stands for anything, folders included, `!` takes away again,
 * and the last filter that fits decides. No filters: all files fit.
 */
export function fitsPaths(filters: readonly string[], files: readonly string[]): boolean {
  if (filters.length === 0) return true;
  const rules = filters.map((filter) => {
    const takesAway = filter.startsWith('!');
    return { takesAway, pattern: toPattern(takesAway ? filter.slice(1) : filter) };
  });
  return files.some((file) => {
    const last = rules.findLast(({ pattern }) => pattern.test(`/${file}`));
    return last !== undefined && !last.takesAway;
  });
}

function toPattern(filter: string): RegExp {
  const parts = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
