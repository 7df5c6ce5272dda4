import { unexpected } from './expression-error.ts';
import { parseVersion, type Value } from './value.ts';

/** One word of an expression. */
export type Token =
  | { readonly kind: 'literal'; readonly value: Value; readonly text: string; readonly offset: number }
  | { readonly kind: 'name'; readonly text: string; readonly offset: number }
  | { readonly kind: 'sign'; readonly text: string; readonly offset: number };

const PATTERN = /\s+|'(?:[^']|'')*'|[()[\],*]|[-.\d][\w.-]*|[A-Za-z_]\w*/gy;

/** Splits an expression into words. @throws ExpressionError */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < source.length) {
    PATTERN.lastIndex = offset;
    const text = matchDereference(source, offset, tokens) ?? PATTERN.exec(source)?.[0];
    if (text === undefined) throw unexpected('Unexpected symbol', source.slice(offset), offset, source);
    if (text.trim() !== '') tokens.push(toToken(text, offset, source));
    offset += text.length;
  }
  return tokens;
}

/** After a name, a bracket or a star, a dot leads to a property; elsewhere it begins a number. */
function matchDereference(source: string, offset: number, tokens: readonly Token[]): string | undefined {
  const last = tokens.at(-1);
  const leads = last?.kind === 'name' || (last?.kind === 'sign' && [')', ']', '*'].includes(last.text));
  return leads && source[offset] === '.' ? '.' : undefined;
}

function toToken(text: string, offset: number, source: string): Token {
  if (text.startsWith("'")) return { kind: 'literal', value: text.slice(1, -1).replaceAll("''", "'"), text, offset };
  if (/^[()[\],*]$/.test(text) || text === '.') return { kind: 'sign', text, offset };
  if (/^true$/i.test(text)) return { kind: 'literal', value: true, text, offset };
  if (/^false$/i.test(text)) return { kind: 'literal', value: false, text, offset };
  if (/^[A-Za-z_]/.test(text)) return { kind: 'name', text, offset };
  if (/^-?(\d+\.?\d*|\.\d+)$/.test(text)) return { kind: 'literal', value: Number(text), text, offset };
  const version = /\..*\./.test(text) ? parseVersion(text) : undefined;
  if (version === undefined) throw unexpected('Unrecognized value', text, offset, source);
  return { kind: 'literal', value: version, text, offset };
}
