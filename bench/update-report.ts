import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Files, findTextProblems, hasMarks } from '../packages/core/src/index.ts';
import type { Edit } from '../test/update/edits.ts';

/** What became of an edit. */
export type Outcome =
  /** Edit and news are both there. */
  | 'kept'
  /** Both changed the same; the file says so, and the tool ended with an error. */
  | 'conflict'
  /** The same, but the tool ended as if all were well. */
  | 'conflict, exit 0'
  /** A conflict where there was none. */
  | 'false conflict'
  | 'edit lost'
  /** The edit is there, the news are not, and nobody says so. */
  | 'news lost'
  /** Nobody said anything, and the file cannot be read. */
  | 'broken, silent'
  | 'came back';

/** Looks at a project after its update. @param at where the edited file lies */
export function judge(
  edit: Edit,
  at: string,
  folder: string,
  exitCode: number,
  versions: { old: Files; new: Files },
): Outcome {
  const full = join(folder, at);
  const rejected = existsSync(`${full}.rej`) || existsSync(join(folder, `${edit.path}.rej`));
  if (edit.expected === 'stay-deleted') return existsSync(full) ? 'came back' : rejected ? 'false conflict' : 'kept';
  const text = existsSync(full) ? readFileSync(full, 'utf8') : '';
  const isConflict = rejected || hasMarks(text);
  const lines = text.split(/\r?\n/);
  const isKept =
    (edit.keeps ?? []).every((line) => lines.includes(line)) && (edit.expected !== 'take' || text.includes('\r\n'));
  if (!isKept) return 'edit lost';
  const isMeant = edit.expected === 'both-changed' || edit.expected === 'invalid';
  if (isConflict) return isMeant ? (exitCode === 0 ? 'conflict, exit 0' : 'conflict') : 'false conflict';
  if (findTextProblems(at, text, () => true).length > 0) return 'broken, silent';
  const old = new Set(versions.old.get(edit.path)?.contents.split('\n'));
  const news = (versions.new.get(edit.path)?.contents.split('\n') ?? []).filter((line) => !old.has(line));
  return news.every((line) => lines.includes(line)) ? 'kept' : 'news lost';
}

/** The table: a line an edit, a column a tool. */
export function describeOutcomes(
  tools: readonly string[],
  rows: readonly (readonly [string, readonly Outcome[]])[],
): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padEnd(18)).join('');
  return [line('edit', tools), ...rows.map(([name, cells]) => line(name, cells))].join('\n');
}
