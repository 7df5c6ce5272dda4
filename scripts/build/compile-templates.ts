import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import Handlebars from 'handlebars';
import { formatHelpers } from '../../packages/core/src/format.ts';

const SKIPPED = new Set(['__pycache__', '.pytest_cache', '.ruff_cache', '.mypy_cache', '.venv', 'node_modules']);

/** What `Handlebars.precompile` is told: a misspelt name throws, nothing is HTML-escaped, no helper but ours. */
const COMPILE_OPTIONS = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(formatHelpers).map((name) => [name, true])),
};

/** The two files that `templates/` becomes, below one folder. */
const MODULE = 'templates.ts';
const TEXTS = 'templates.txt';

/** One file of `templates/`: its text, and the source of its compiled form if it is an `.hbs`. */
interface Template {
  readonly path: string;
  readonly text: string;
  readonly compiled: string | undefined;
}

/**
 * Turns each folder of `templates/` into a module that lists its files, `.hbs` ones precompiled, and one text that holds
 * all others, end to end: as text in a module each start would pay for parsing them.
 * The two files are written only when they change.
 * @param target folder they go to
 * @returns how many files went in
 */
export function compileTemplates(templates: string, target: string): number {
  const folders = readdirSync(templates, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).sort();
  const parts = names.map((name) => [name, readFolder(join(templates, name))] as const);
  const all = parts.flatMap(([, files]) => files);
  mkdirSync(target, { recursive: true });
  const texts = all.filter((file) => file.compiled === undefined).map((file) => file.text);
  writeChanged(join(target, MODULE), printModule(parts));
  writeChanged(join(target, TEXTS), texts.join(''));
  return all.length;
}

function writeChanged(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

function printModule(parts: readonly (readonly [string, readonly Template[]])[]): string {
  const folders = parts.map(([name, files]) => {
    return `  ${JSON.stringify(name)}: [\n${files.map(printFile).join(',\n')}\n  ],`;
  });
  return [
    '// @ts-nocheck: compiled templates are plain JavaScript.',
    '// Made by scripts/build.ts from templates/.',
    "import type { CompiledTemplate } from '@create-mlops-model/core';",
    '',
    `/** Folder of \`templates/\` → its files: a number is how many bytes of ${TEXTS} the file takes, after those before it. */`,
    'export const templateFiles: Readonly<Record<string, readonly (readonly [path: string, CompiledTemplate | number])[]>> = {',
    ...folders,
    '};',
    '',
  ].join('\n');
}

function printFile({ path, text, compiled }: Template): string {
  return `[${JSON.stringify(path)}, ${compiled ?? Buffer.byteLength(text)}]`;
}

function readFolder(folder: string): readonly Template[] {
  return listFiles(folder).map((path) => {
    const file = join(folder, path);
    const text = readText(file);
    return { path, text, compiled: path.endsWith('.hbs') ? compile(file, text) : undefined };
  });
}

function compile(file: string, text: string): string {
  try {
    return String(Handlebars.precompile(text, COMPILE_OPTIONS));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Templates are UTF-8 text with LF line ends: a lock hashes them, and a BOM or CR would make every project differ. */
function readText(file: string): string {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  if (text.startsWith('\uFEFF')) throw new Error(`${file} begins with a byte-order mark; save it without.`);
  if (text.includes('\r')) throw new Error(`${file} has CR line ends; save it with LF.`);
  return text;
}

/** Paths below `folder`, POSIX, in byte order. */
function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep))
    .filter((segments) => !segments.some((segment) => SKIPPED.has(segment) || segment.endsWith('.pyc')))
    .map((segments) => segments.join('/'))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
