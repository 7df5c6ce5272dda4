import { PipelineProblem, type Position } from '../problem.ts';
import type { Scalar } from '../tree.ts';

/** A key that decides what becomes of its content. */
export type Directive =
  | { readonly kind: 'insert' }
  | { readonly kind: 'if' | 'elseif'; readonly condition: string }
  | { readonly kind: 'else' }
  | { readonly kind: 'each'; readonly name: string; readonly list: string };

/** Text between expressions, or what stands within `${{` and `}}`. */
export interface Part {
  readonly kind: 'text' | 'expression';
  readonly text: string;
}

/** Splits a text at its template expressions; braces in quotes belong to the expression. @throws PipelineProblem */
export function splitExpressions(source: string, at: Position): readonly Part[] {
  const parts: Part[] = [];
  let offset = 0;
  for (let start = source.indexOf('${{'); start >= 0; start = source.indexOf('${{', offset)) {
    if (start > offset) parts.push({ kind: 'text', text: source.slice(offset, start) });
    const [found, inner] = /^\$\{\{((?:'[^']*'|[^'])*?)\}\}/.exec(source.slice(start)) ?? [];
    if (found === undefined || inner === undefined) {
      throw new PipelineProblem(
        at,
        "The expression is not closed. Unescaped '${{' sequence was found, but the closing '}}' sequence was not found",
      );
    }
    parts.push({ kind: 'expression', text: inner });
    offset = start + found.length;
  }
  if (offset < source.length) parts.push({ kind: 'text', text: source.slice(offset) });
  return parts;
}

/** What a key decides; undefined for a plain key. @throws PipelineProblem */
export function findDirective({ value, at, final }: Scalar): Directive | undefined {
  if (final || typeof value !== 'string' || !value.startsWith('${{')) return undefined;
  const [part, ...others] = splitExpressions(value, at);
  if (part === undefined || others.length > 0) return undefined;
  const text = part.text.trim();
  const [, word = '', rest = ''] = /^([A-Za-z]+)\b\s*([\s\S]*)$/.exec(text) ?? [];
  switch (word) {
    case 'insert':
      return rest === '' ? { kind: 'insert' } : undefined;
    case 'else':
      return rest === '' ? { kind: 'else' } : undefined;
    case 'if':
    case 'elseif':
      return { kind: word, condition: rest };
    case 'each': {
      const [, name, list] = /^([A-Za-z_]\w*)\s+in\s+([\s\S]+)$/.exec(rest) ?? [];
      if (name !== undefined && list !== undefined) return { kind: 'each', name, list };
      throw new PipelineProblem(at, "Expected '${{ each name in list }}'");
    }
    default:
      return undefined;
  }
}
