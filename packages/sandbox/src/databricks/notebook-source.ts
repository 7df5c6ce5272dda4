import { isFields } from './body.ts';
import type { Language } from './state.ts';

/** How one language writes notebooks as text. */
interface Dialect {
  readonly extension: string;
  readonly comment: string;
}

const DIALECTS: Readonly<Record<Language, Dialect>> = {
  PYTHON: { extension: '.py', comment: '#' },
  SQL: { extension: '.sql', comment: '--' },
  SCALA: { extension: '.scala', comment: '//' },
  R: { extension: '.r', comment: '#' },
};

/** Every language of notebooks. */
export const LANGUAGES = Object.keys(DIALECTS) as readonly Language[];

/** Extensions under which a notebook can lie in a Git folder. */
export const NOTEBOOK_EXTENSIONS = ['.py', '.ipynb', '.sql', '.scala', '.r', '.R'] as const;

/** `PYTHON` → `.py`. */
export function toExtension(language: Language): string {
  return DIALECTS[language].extension;
}

/** The language that an extension stands for. */
export function findLanguage(extension: string): Language | undefined {
  const wanted = extension.toLowerCase();
  return LANGUAGES.find((language) => DIALECTS[language].extension === wanted);
}

/** The first line that makes a source file a notebook. */
function toHeader(language: Language): string {
  return `${DIALECTS[language].comment} Databricks notebook source`;
}

/** Whether the text starts with the notebook line of this language. */
export function hasHeader(text: string, language: Language): boolean {
  return (
    text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, 1)[0]
      ?.trimEnd() === toHeader(language)
  );
}

/** The source with its notebook line; the service adds one that is missing. */
export function withHeader(text: string, language: Language): string {
  return hasHeader(text, language) ? text : `${toHeader(language)}\n${text}`;
}

/** Whether the text is a Jupyter notebook. */
export function isJupyter(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) && Array.isArray(value.cells);
  } catch {
    return false;
  }
}

/** Jupyter → Python source: code cells as they are, other cells and magics behind `# MAGIC`. */
export function toSource(jupyter: string): string {
  const { cells } = JSON.parse(jupyter) as { cells: { cell_type: string; source: string | string[] }[] };
  const texts = cells.map((cell) => {
    const text = Array.isArray(cell.source) ? cell.source.join('') : cell.source;
    if (cell.cell_type === 'markdown') return toMagic(`%md\n${text}`);
    return /^\s*[%!]/.test(text) ? toMagic(text) : text;
  });
  return `${toHeader('PYTHON')}\n${texts.join('\n\n# COMMAND ----------\n\n')}\n`;
}

function toMagic(text: string): string {
  return text
    .split('\n')
    .map((line) => `# MAGIC ${line}`.trimEnd())
    .join('\n');
}

/** Source → Jupyter. */
export function toJupyter(source: string, language: Language): string {
  const { comment } = DIALECTS[language];
  const body = withHeader(source, language).split(/\r?\n/).slice(1).join('\n');
  const separator = new RegExp(`^${comment} COMMAND -{10}\\s*$`, 'm');
  const cells = body.split(separator).map((text) => {
    const lines = text.replace(/^\n+|\n+$/g, '').split('\n');
    const isMagic = lines.every((line) => line.startsWith(`${comment} MAGIC`));
    const plain = isMagic ? lines.map((line) => line.replace(`${comment} MAGIC`, '').replace(/^ /, '')) : lines;
    const isText = isMagic && plain[0]?.startsWith('%md') === true;
    if (isText) plain[0] = (plain[0] ?? '').replace(/^%md\s*/, '');
    const kept = isText && plain[0] === '' ? plain.slice(1) : plain;
    const lineEnds = kept.map((line, index) => (index === kept.length - 1 ? line : `${line}\n`));
    return isText
      ? { cell_type: 'markdown', metadata: {}, source: lineEnds }
      : { cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: lineEnds };
  });
  const metadata = { language_info: { name: language.toLowerCase() } };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}
