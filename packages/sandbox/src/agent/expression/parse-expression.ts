import { unexpected } from './expression-error.ts';
import { type Token, tokenize } from './tokens.ts';
import type { Value } from './value.ts';

/** An expression, read but not computed. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'all'; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

/** How many arguments a function takes. */
export interface Arity {
  readonly min: number;
  readonly max: number;
}

/** What an expression may speak of where it stands. */
export interface Vocabulary {
  /** Functions by name in lower case. */
  readonly functions: ReadonlyMap<string, Arity>;
  /** Contexts by name in lower case. */
  readonly contexts: ReadonlySet<string>;
}

interface Reader {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly vocabulary: Vocabulary;
  next: number;
}

/** Expressions nested deeper than this are refused, as on the service. */
const DEEPEST = 50;

/** Reads an expression; names that mean nothing here are refused. @throws ExpressionError */
export function parseExpression(source: string, vocabulary: Vocabulary): Expression {
  const reader: Reader = { source, tokens: tokenize(source), vocabulary, next: 0 };
  const expression = readOperand(reader, 0);
  const rest = reader.tokens[reader.next];
  if (rest) throw unexpected('Unexpected symbol', rest.text, rest.offset, source);
  return expression;
}

function take(reader: Reader): Token {
  const token = reader.tokens[reader.next++];
  if (token) return token;
  throw unexpected('Unexpected end of the expression', '', reader.source.length, reader.source);
}

function takeSign(reader: Reader, ...signs: readonly string[]): string {
  const token = take(reader);
  if (token.kind === 'sign' && signs.includes(token.text)) return token.text;
  const expected = signs.map((sign) => `'${sign}'`).join(' or ');
  throw unexpected(`Expected ${expected} but found`, token.text, token.offset, reader.source);
}

function isSign(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.next];
  return token?.kind === 'sign' && token.text === text;
}

function readOperand(reader: Reader, depth: number): Expression {
  const token = take(reader);
  if (depth > DEEPEST) throw unexpected('Exceeded max expression depth', token.text, token.offset, reader.source);
  if (token.kind === 'literal') return token;
  if (token.kind === 'sign') throw unexpected('Unexpected symbol', token.text, token.offset, reader.source);
  const base = isSign(reader, '(') ? readCall(reader, token, depth) : readContext(reader, token);
  return readSteps(reader, base, depth);
}

function readContext(reader: Reader, { text, offset }: Token): Expression {
  if (reader.vocabulary.contexts.has(text.toLowerCase())) return { kind: 'name', name: text.toLowerCase() };
  throw unexpected('Unrecognized value', text, offset, reader.source);
}

function readCall(reader: Reader, { text, offset }: Token, depth: number): Expression {
  const name = text.toLowerCase();
  const arity = reader.vocabulary.functions.get(name);
  if (!arity) throw unexpected('Unrecognized function', text, offset, reader.source);
  takeSign(reader, '(');
  const list: Expression[] = [];
  if (isSign(reader, ')')) takeSign(reader, ')');
  else {
    do list.push(readOperand(reader, depth + 1));
    while (takeSign(reader, ',', ')') === ',');
  }
  if (list.length < arity.min) throw unexpected('Too few parameters supplied', text, offset, reader.source);
  if (list.length > arity.max) throw unexpected('Too many parameters supplied', text, offset, reader.source);
  return { kind: 'call', name, arguments: list };
}

function readSteps(reader: Reader, base: Expression, depth: number): Expression {
  let expression = base;
  for (;;) {
    if (isSign(reader, '.')) {
      reader.next++;
      expression = readProperty(reader, expression);
    } else if (isSign(reader, '[')) {
      reader.next++;
      if (isSign(reader, '*')) {
        reader.next++;
        expression = { kind: 'all', of: expression };
      } else expression = { kind: 'index', of: expression, key: readOperand(reader, depth + 1) };
      takeSign(reader, ']');
    } else return expression;
  }
}

function readProperty(reader: Reader, of: Expression): Expression {
  const token = take(reader);
  if (token.kind === 'sign' && token.text === '*') return { kind: 'all', of };
  // `true` and `false` are names here.
  if (/^[A-Za-z_]/.test(token.text)) return { kind: 'index', of, key: { kind: 'literal', value: token.text } };
  throw unexpected('Unexpected symbol', token.text, token.offset, reader.source);
}
