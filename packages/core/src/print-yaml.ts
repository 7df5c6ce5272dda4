import { isAmbiguous } from './yaml-words.ts';

/** What plain data is printed from: JSON's kinds. `undefined` fields are left out. */
export type YamlValue =
  | null
  | boolean
  | number
  | string
  | undefined
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/** Where a value stands: keys, `*` for any item of a list. */
export type YamlPath = readonly string[];

/** How a document is laid out. */
export interface YamlStyle {
  /** The line above a field. */
  readonly comment?: (path: YamlPath) => string | undefined;
  /** Whether an empty line stands before a field. */
  readonly isApart?: (path: YamlPath) => boolean;
  /** Whether a list or section is printed on one line; what lies in it is then too. */
  readonly isOneLine?: (value: YamlValue, path: YamlPath) => boolean;
  /** Whether a text is quoted although it need not be. */
  readonly isQuoted?: (path: YamlPath) => boolean;
}

/**
 * YAML that readers of 1.1 and 1.2 take for the same value: any text is quoted that either could take for something else.
 * Writing needs a hundredth of a YAML library, which takes longer to load than a project to write.
 */
export function printYaml(value: { readonly [key: string]: YamlValue }, style: YamlStyle = {}): string {
  const lines = fieldsOf(value).length === 0 ? ['{}'] : printBlock(value, '', [], style);
  return `${lines.join('\n')}\n`;
}

function printBlock(value: YamlValue, indent: string, path: YamlPath, style: YamlStyle): string[] {
  if (isList(value)) {
    return value.flatMap((item) => {
      const here = [...path, '*'];
      if (isInline(item, here, style)) return [`${indent}- ${printInline(item, here, style, false)}`];
      const [first = '', ...rest] = printBlock(item, `${indent}  `, here, style);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return fieldsOf(value).flatMap(([key, child]) => {
    const here = [...path, key];
    const comment = style.comment?.(here);
    const head = [...(style.isApart?.(here) ? [''] : []), ...(comment === undefined ? [] : [`${indent}# ${comment}`])];
    const name = `${indent}${printText(key, true)}:`;
    if (isInline(child, here, style)) return [...head, `${name} ${printInline(child, here, style, false)}`];
    return [...head, name, ...printBlock(child, `${indent}  `, here, style)];
  });
}

function isInline(value: YamlValue, path: YamlPath, style: YamlStyle): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return (isList(value) ? value : fieldsOf(value)).length === 0 || (style.isOneLine?.(value, path) ?? false);
}

function printInline(value: YamlValue, path: YamlPath, style: YamlStyle, isNested: boolean): string {
  if (typeof value === 'string') return style.isQuoted?.(path) ? quote(value) : printText(value, isNested);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isList(value)) {
    const items = value.map((item) => printInline(item, [...path, '*'], style, true));
    return items.length === 0 ? '[]' : `[ ${items.join(', ')} ]`;
  }
  const fields = fieldsOf(value).map(
    ([key, child]) => `${printText(key, true)}: ${printInline(child, [...path, key], style, true)}`,
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** What begins like a number (a date, `.5`, but not `../a.yml`) or with a sign that means something. */
const MARKED = /^(\d|\.(?!\.?\/)|[?:](\s|$)|[-+,[\]{}#&*!|>=<'"%@`~])/;

/** A mapping, a comment, or space that would be trimmed. */
const BROKEN = /:(\s|$)|\s#|^\s|\s$/;

function printText(text: string, isNested: boolean): string {
  const isPlain =
    text !== '' &&
    !MARKED.test(text) &&
    !BROKEN.test(text) &&
    !UNPRINTABLE.test(text) &&
    !/^(null|true|false)$/i.test(text) &&
    !isAmbiguous(text) &&
    // Between braces a comma or a bracket would end the text, and a colon before one begin a value.
    !(isNested && /[,[\]{}:]/.test(text));
  return isPlain ? text : quote(text);
}

/** What a single-quoted text cannot hold on one line, or readers refuse raw. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\p{Surrogate}]/u;

function quote(text: string): string {
  if (!UNPRINTABLE.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const toEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // JSON's escapes are YAML's; it leaves the controls above U+007E as they are.
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, toEscape);
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function fieldsOf(value: YamlValue): [string, YamlValue][] {
  return Object.entries(value as { readonly [key: string]: YamlValue }).filter(([, child]) => child !== undefined);
}
