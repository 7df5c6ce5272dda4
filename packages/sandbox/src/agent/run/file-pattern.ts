import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Whether a path with slashes matches a pattern of `*`, `**`, `?`, `[…]` and `{a,b}`. */
export function toMatcher(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${translate(pattern)}$`);
  return (path) => expression.test(path);
}

/** Several patterns, one a line; later ones that begin with `!` take out again (azure-pipelines-task-lib, findMatch). */
export function toListMatcher(patterns: readonly string[]): (path: string) => boolean {
  const parts = patterns.map((pattern) => {
    const isOut = pattern.startsWith('!');
    return { isOut, matches: toMatcher(isOut ? pattern.slice(1) : pattern) };
  });
  return (path) => parts.reduce((isIn, { isOut, matches }) => (matches(path) ? !isOut : isIn), false);
}

/** Lines of an input that hold patterns; `#` begins a comment. */
export function parsePatterns(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Files that match, by path in order; patterns that are not absolute begin at `root`. */
export async function findMatches(root: string, patterns: readonly string[]): Promise<readonly string[]> {
  const absolute = patterns.map((pattern) =>
    pattern.startsWith('!') ? `!${resolve(root, pattern.slice(1))}` : resolve(root, pattern),
  );
  const bases = new Set(absolute.filter((pattern) => !pattern.startsWith('!')).map(toBase));
  const matches = toListMatcher(absolute);
  const found = await Promise.all([...bases].map(listFiles));
  return [...new Set(found.flat())].filter(matches).sort();
}

/** The part of a pattern before anything that stands for something else. */
function toBase(pattern: string): string {
  const plain = /^[^*?[{]*/.exec(pattern)?.[0] ?? '';
  return plain === pattern ? pattern : dirname(`${plain}x`);
}

/** All files below a folder, or the file itself. */
export async function listFiles(base: string): Promise<readonly string[]> {
  if (!existsSync(base)) return [];
  if ((await stat(base)).isFile()) return [base];
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

function translate(pattern: string): string {
  const token = /\*\*\/|\*\*|\*|\?|\[!?[^\]]+\]|\{[^{}]*\}|[\s\S]/g;
  return (pattern.match(token) ?? []).map(translateToken).join('');
}

function translateToken(token: string): string {
  if (token === '**/') return '(?:[^/]+/)*';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.length > 1 && token.startsWith('['))
    return `[${token.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
  if (token.length > 1 && token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(translate).join('|')})`;
  return token.replace(/[\\^$.|+()[\]{}*?/]/g, '\\$&');
}
