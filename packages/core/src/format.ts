/**
 * A value goes into a file only through the serialiser of that file's format.
 * These are the helpers of `.hbs` files: `{{yaml x}}`, `{{json x}}`, `{{python x}}`, `{{toml x}}`, `{{markdown x}}`.
 */

/** JSON text; a subset of YAML 1.2, so it serves YAML flow values too. Non-ASCII stays readable. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/** A Python literal: `True`, `None`, strings as JSON strings (valid Python for text without lone surrogates). */
export function toPythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(toPythonText).join(', ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([key, item]) => `${toJsonText(key)}: ${toPythonText(item)}`);
    return `{${entries.join(', ')}}`;
  }
  return toJsonText(value);
}

/** Text inside a Markdown paragraph: on one line, with the characters that would start markup escaped. */
export function toMarkdownText(value: unknown): string {
  return (
    String(value)
      .replace(/\s+/g, ' ')
      .trim()
      // An ampersand only where it would be read as an entity: `R&D` stays readable.
      .replace(/[\\`*_{}[\]<>#|~$]|&(?=#?\w+;)/g, (character) => `\\${character}`)
      // A paragraph that begins so would be a list or a rule.
      .replace(/^(\d{0,9})([-+.)])(?=[\s-]|$)/, '$1\\$2')
  );
}

/** The helpers registered for every `.hbs` file; the build knows their names (`knownHelpers`). */
export const formatHelpers = {
  yaml: toJsonText,
  json: toJsonText,
  toml: toJsonText,
  python: toPythonText,
  markdown: toMarkdownText,
} as const satisfies Record<string, (value: unknown) => string>;
