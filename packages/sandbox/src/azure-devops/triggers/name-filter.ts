import type { Data } from '../../agent/tree.ts';
import { isObject } from '../call.ts';

/** What is let in, and what of that is left out again. */
export interface NameFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** A filter as YAML writes it: a list, or `include` and `exclude`. Only an `exclude` leaves all the rest in. */
export function toNameFilter(data: Data | undefined): NameFilter | undefined {
  if (Array.isArray(data)) return { include: data.map(String), exclude: [] };
  if (!isObject(data)) return undefined;
  const [include, exclude] = [toTexts(data.include), toTexts(data.exclude)];
  return { include: include.length === 0 && exclude.length > 0 ? ['*'] : include, exclude };
}

function toTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** The same as a definition writes it: `+refs/heads/main`, `-docs`. */
export function toSignedFilter(entries: unknown): NameFilter {
  const texts = toTexts(entries);
  const starting = (sign: string) => texts.filter((text) => text.startsWith(sign)).map((text) => text.slice(1));
  const include = [...starting('+'), ...texts.filter((text) => !/^[+-]/.test(text))];
  const exclude = starting('-');
  return { include: include.length === 0 && exclude.length > 0 ? ['*'] : include, exclude };
}

/** Whether a ref fits; a name without `refs/` is a branch's, `*` stands for anything and `?` for one character. */
export function fitsRef({ include, exclude }: NameFilter, ref: string): boolean {
  const fits = (name: string) => {
    const full = name.startsWith('refs/') ? name : `refs/heads/${name}`;
    return new RegExp(`^${toSource(full, '.*', '.')}$`, 's').test(ref);
  };
  return include.some(fits) && !exclude.some(fits);
}

/**
 * Whether a file fits. A name without wildcards, and one that ends in `/*`, stands for all that lies below it; within a
 * path `*` does not reach beyond a slash, and `**` does (MicrosoftDocs azure-repos-git, wildcards).
 */
export function fitsPath({ include, exclude }: NameFilter, file: string): boolean {
  const fits = (path: string) => {
    const bare = path.replace(/^\/+/, '').replace(/\/\*?$/, '');
    return bare === '' || bare === '*' || new RegExp(`^${toSource(bare, '[^/]*', '[^/]')}(/|$)`, 's').test(file);
  };
  return (include.length === 0 || include.some(fits)) && !exclude.some(fits);
}

function toSource(pattern: string, star: string, one: string): string {
  return pattern.replace(/\*\*|[*?]|[.+^${}()|[\]\\]/g, (found) => {
    switch (found) {
      case '**':
        return '.*';
      case '*':
        return star;
      case '?':
        return one;
      default:
        return `\\${found}`;
    }
  });
}
