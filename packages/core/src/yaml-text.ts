import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml';
import type { MessageKey, Translate } from './messages/index.ts';
import type { FieldPath } from './problems.ts';
import { isAmbiguous } from './yaml-words.ts';

/** Something wrong at a place in a text; line and column count from 1. */
export interface TextProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A YAML text as read: its value, unless it cannot be read at all, and what is wrong with the text itself. */
export interface YamlText {
  readonly document: Document<ParsedNode> | undefined;
  /** `undefined` if there are problems that make the value meaningless. */
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
  /** Where a character of the text stands. */
  positionOf(offset: number): { readonly line: number; readonly column: number };
}

/** Longest text that is read, characters. No manifest comes near it; a bomb might. */
const LONGEST = 256 * 1024;

/** Deepest nesting that is read; the parser is recursive. Counted generously, before parsing. */
const DEEPEST = 64;

/** Reads YAML 1.2 strictly: no aliases, no tags, no key twice, nothing that YAML 1.1 readers (Python's) would take for something else. */
export function readYaml(text: string, translate: Translate): YamlText {
  const lines = new LineCounter();
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const start = { line: 1, column: 1 };
  if (text.length > LONGEST || deepestNesting(text) > DEEPEST) {
    const message = translate('yaml.tooBig');
    return { document: undefined, value: undefined, problems: [{ ...start, message }], positionOf: () => start };
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  const broken = document.errors.map((error) => ({
    ...positionOf(error.pos[0]),
    message: describeYamlError(error, translate),
  }));
  const unsafe = findUnsafe(document, translate).map(({ offset, message }) => ({ ...positionOf(offset), message }));
  const problems = [...broken, ...unsafe];
  // Resolving aliases is what a bomb waits for, so a document with problems has no value.
  return { document, value: problems.length > 0 ? undefined : document.toJS(), problems, positionOf };
}

/** Where the field at the path begins, or the nearest part of the document that exists. */
export function findNodeAt(document: Document<ParsedNode>, path: FieldPath, atKey: boolean): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, key] of path.entries()) {
    if (!isCollection(node)) return offset;
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined) return offset;
      const keyNode = pair.key as Scalar;
      offset = keyNode.range?.[0] ?? offset;
      if (isLast && atKey) return offset;
      node = isNode(pair.value) ? pair.value : null;
    } else {
      const item: unknown = node.items[Number(key)];
      node = isNode(item) ? item : null;
    }
    offset = node?.range?.[0] ?? offset;
  }
  return offset;
}

interface Unsafe {
  readonly offset: number;
  readonly message: string;
}

function findUnsafe(document: Document<ParsedNode>, translate: Translate): readonly Unsafe[] {
  const found: Unsafe[] = [];
  const add = (node: Node, message: string) => found.push({ offset: node.range?.[0] ?? 0, message });
  visit(document, {
    Node: (key, node) => {
      if (isAlias(node) || node.anchor) add(node, translate('yaml.alias'));
      // The parser sets a tag only where somebody wrote one.
      else if (node.tag) add(node, translate('yaml.tag'));
      else if (isScalar(node) && key !== 'key' && node.type === 'PLAIN' && typeof node.value !== 'boolean') {
        const source = node.source ?? '';
        if (isAmbiguous(source)) add(node, translate('yaml.ambiguous', { source }));
      }
    },
    Pair: (_, pair) => {
      if (isPair(pair) && !isScalar(pair.key) && isNode(pair.key)) add(pair.key, translate('yaml.key'));
    },
  });
  return found;
}

function describeYamlError(error: YAMLError, translate: Translate): string {
  const known: Readonly<Record<string, MessageKey>> = {
    DUPLICATE_KEY: 'yaml.duplicate',
    TAB_AS_INDENT: 'yaml.tab',
    MULTIPLE_DOCS: 'yaml.documents',
    BAD_ALIAS: 'yaml.alias',
    NON_STRING_KEY: 'yaml.key',
  };
  const key = known[error.code];
  if (key !== undefined) return translate(key);
  // The parser's own words are English only; they name the spot, which is what helps.
  return translate('yaml.syntax', { detail: error.message });
}

/** An upper bound for how deep the text nests: brackets open, and columns of indentation. */
function deepestNesting(text: string): number {
  let open = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++open);
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
  }
  // `- - - -` and `? ? ?` nest on one line; indentation nests over many.
  for (const line of text.split('\n')) {
    const lead = /^[ ?:-]*/.exec(line)?.[0] ?? '';
    deepest = Math.max(deepest, (lead.match(/[?:-](?= )/g) ?? []).length, Math.floor(lead.length / 4));
  }
  return deepest;
}
