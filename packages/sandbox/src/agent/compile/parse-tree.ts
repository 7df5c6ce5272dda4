import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Range } from 'yaml';
import { PipelineProblem, type Position } from '../problem.ts';
import type { Entry, Mapping, Scalar, Tree } from '../tree.ts';

/** Reads a file whose outermost part must be a mapping. @throws PipelineProblem */
export function parseTree(path: string, text: string): Mapping {
  const lines = new LineCounter();
  // Keys that are expressions may stand twice: what they come to is compared later.
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { path, line, column: col };
  };
  const [error] = document.errors;
  if (error)
    throw new PipelineProblem(toPosition(error.pos[0]), error.message.split('\n')[0]?.replace(/ at line .*/, '') ?? '');
  const tree = document.contents ? toTree(document.contents, toPosition) : undefined;
  if (tree?.kind === 'mapping') return tree;
  throw new PipelineProblem(tree?.at ?? toPosition(0), 'A mapping was expected');
}

type ToPosition = (offset: number) => Position;

function toTree(node: Node, toPosition: ToPosition): Tree {
  const at = toPosition((node.range as Range | null | undefined)?.[0] ?? 0);
  if (isAlias(node) || ('anchor' in node && node.anchor)) {
    throw new PipelineProblem(at, 'Anchors are not supported. Remove the anchor or alias');
  }
  if (isSeq(node)) return { kind: 'sequence', items: node.items.map((item) => toTree(item as Node, toPosition)), at };
  if (!isMap(node)) return { kind: 'scalar', value: isScalar(node) ? toText(node.value) : '', at };
  const entries = node.items.map((pair): Entry => {
    const key = toKey(pair.key as Node, toPosition);
    const value = pair.value
      ? toTree(pair.value as Node, toPosition)
      : ({ kind: 'scalar', value: '', at: key.at } as const);
    return { key, value };
  });
  return { kind: 'mapping', entries, at };
}

function toKey(node: Node, toPosition: ToPosition): Scalar {
  const key = toTree(node, toPosition);
  if (key.kind === 'scalar') return key;
  throw new PipelineProblem(key.at, 'A scalar was expected as the name of a property');
}

function toText(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
