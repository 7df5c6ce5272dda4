import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
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

/**
 * Turns each folder of `templates/` into source text: `.hbs` files precompiled, all others as they are.
 * The target is written only when it changes.
 * @returns how many files went in
 */
export function compileTemplates(templates: string, target: string): number {
  const folders = readdirSync(templates, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).sort();
  const parts = names.map((name) => [name, listFiles(join(templates, name))] as const);
  const text = printModule(parts.map(([name, files]) => [name, files.map((file) => printFile(templates, name, file))]));
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return parts.reduce((sum, [, files]) => sum + files.length, 0);
}

function printModule(parts: readonly (readonly [string, readonly string[]])[]): string {
  const folders = parts.map(([name, files]) => `  ${JSON.stringify(name)}: new Map([\n${files.join(',\n')}\n  ]),`);
  return [
    '// @ts-nocheck: compiled templates are plain JavaScript.',
    '// Made by scripts/build.ts from templates/.',
    "import type { TemplateSource } from '@create-mlops-model/core';",
    '',
    '/** Folder of `templates/` → its files. */',
    'export const templateSources: Readonly<Record<string, TemplateSource>> = {',
    ...folders,
    '};',
    '',
  ].join('\n');
}

function printFile(templates: string, folder: string, path: string): string {
  const file = join(templates, folder, path);
  const text = readText(file);
  const compiled = path.endsWith('.hbs') ? compile(file, text) : JSON.stringify(text);
  return `[${JSON.stringify(path)}, ${compiled}]`;
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
