import { listItems, toTree, toValue } from '../expression/convert.ts';
import { isComplex, toBoolean, toText, type Value } from '../expression/value.ts';
import { PipelineProblem } from '../problem.ts';
import { type Entry, type Mapping, printPrimitive, type Scalar, type Tree, toMapping } from '../tree.ts';
import { type Directive, findDirective, splitExpressions } from './directive.ts';
import { compute, type Scope, withContext } from './scope.ts';

/** A part that is not expanded yet, with what its expressions may speak of. */
export interface Bound<Part extends Tree = Tree> {
  readonly node: Part;
  readonly scope: Scope;
}

/** An expanded key with its value, which is not expanded yet. */
export interface BoundEntry extends Bound {
  readonly key: Scalar;
}

/** Expands everything below a part. @throws PipelineProblem */
export function expand({ node, scope }: Bound): Tree {
  switch (node.kind) {
    case 'scalar':
      return expandScalar(node, scope);
    case 'sequence':
      return { ...node, items: listBound({ node, scope }).map(expand) };
    case 'mapping': {
      const entries = listEntries({ node, scope });
      return { ...node, entries: entries.map((entry): Entry => ({ key: entry.key, value: expand(entry) })) };
    }
  }
}

/** Expands a scalar; one that is nothing but an expression may become a list or an object. */
function expandScalar(node: Scalar, scope: Scope): Tree {
  if (node.final || typeof node.value !== 'string') return node;
  const parts = splitExpressions(node.value, node.at);
  if (!parts.some((part) => part.kind === 'expression')) return node;
  const values = parts.map((part): Value => (part.kind === 'text' ? part.text : compute(part.text, scope, node.at)));
  const [only] = values;
  if (values.length === 1 && only !== undefined) return toTree(only, node.at);
  const texts = values.map((value) => {
    const text = toText(value);
    if (text === undefined) throw new PipelineProblem(node.at, 'Unable to convert an object or a list to text');
    return text;
  });
  return { kind: 'scalar', value: texts.join(''), at: node.at, final: true };
}

/** The items of a list after its conditions, loops and insertions; the items themselves are not expanded. */
export function listBound({ node, scope }: Bound): readonly Bound[] {
  if (node.kind === 'scalar') {
    const value = expandScalar(node, scope);
    if (value.kind === 'sequence') return value.items.map((item) => ({ node: item, scope }));
    if (value.kind === 'scalar' && printPrimitive(value.value) === '') return [];
  }
  if (node.kind !== 'sequence') throw new PipelineProblem(node.at, 'A sequence was expected');
  const chain = { done: undefined as boolean | undefined };
  return node.items.flatMap((item) => spread({ node: item, scope }, chain));
}

/** Whether a branch of the conditions before was taken; undefined where none stands before. */
interface Chain {
  done: boolean | undefined;
}

function spread(item: Bound, chain: Chain): readonly Bound[] {
  const { node, scope } = item;
  if (node.kind === 'scalar') {
    chain.done = undefined;
    const value = expandScalar(node, scope);
    // A list within a list becomes part of it.
    return value.kind === 'sequence' ? value.items.map((part) => ({ node: part, scope })) : [{ node: value, scope }];
  }
  const [first] = node.kind === 'mapping' ? node.entries : [];
  const directive =
    first && node.kind === 'mapping' && node.entries.length === 1 ? findDirective(first.key) : undefined;
  if (!first || !directive || directive.kind === 'insert') {
    chain.done = undefined;
    return [item];
  }
  return runDirective(directive, { node: first.value, scope }, first.key, chain).flatMap((branch) => {
    const value = branch.node.kind === 'scalar' ? expandScalar(branch.node, branch.scope) : branch.node;
    return value.kind === 'mapping' ? [{ node: value, scope: branch.scope }] : listBound({ ...branch, node: value });
  });
}

/** What a condition or a loop lets through: nothing, its content, or its content once for every item. */
function runDirective(directive: Directive, content: Bound, key: Scalar, chain: Chain): readonly Bound[] {
  switch (directive.kind) {
    case 'insert':
      return [content];
    case 'each':
      chain.done = undefined;
      return listLoop(directive.list, content.scope, key).map((value) => ({
        node: content.node,
        scope: withContext(content.scope, directive.name, value),
      }));
    case 'if':
      chain.done = toBoolean(compute(directive.condition, content.scope, key.at));
      return chain.done ? [content] : [];
    case 'elseif':
    case 'else': {
      if (chain.done === undefined)
        throw new PipelineProblem(key.at, `'${directive.kind}' must follow an 'if' or 'elseif'`);
      const taken =
        !chain.done && (directive.kind === 'else' || toBoolean(compute(directive.condition, content.scope, key.at)));
      chain.done = directive.kind === 'else' ? undefined : chain.done || taken;
      return taken ? [content] : [];
    }
  }
}

function listLoop(source: string, scope: Scope, key: Scalar): readonly Value[] {
  const list = compute(source, scope, key.at);
  if (!isComplex(list)) {
    if (list === null || list === '') return [];
    throw new PipelineProblem(key.at, 'A sequence or mapping was expected to loop over');
  }
  if (list.kind === 'sequence') return listItems(list).map(toValue);
  return list.entries.map(({ key: name, value }) =>
    toMapping(
      [
        ['key', toTree(name.value)],
        ['value', value],
      ],
      name.at,
    ),
  );
}

/** The keys of a mapping after its conditions, loops and insertions; values are not expanded. @throws PipelineProblem */
export function listEntries(part: Bound): readonly BoundEntry[] {
  const entries = mergeEntries(part);
  const seen = new Set<string>();
  for (const { key } of entries) {
    const name = printPrimitive(key.value).toLowerCase();
    if (seen.has(name)) throw new PipelineProblem(key.at, `'${printPrimitive(key.value)}' is already defined`);
    seen.add(name);
  }
  return entries;
}

function mergeEntries({ node, scope }: Bound): readonly BoundEntry[] {
  const mapping = node.kind === 'scalar' ? expandScalar(node, scope) : node;
  if (mapping.kind === 'scalar' && printPrimitive(mapping.value) === '') return [];
  if (mapping.kind !== 'mapping') throw new PipelineProblem(mapping.at, 'A mapping was expected');
  const chain: Chain = { done: undefined };
  return mapping.entries.flatMap((entry) => mergeEntry(entry, scope, chain));
}

function mergeEntry({ key, value }: Entry, scope: Scope, chain: Chain): readonly BoundEntry[] {
  const directive = findDirective(key);
  if (directive) return runDirective(directive, { node: value, scope }, key, chain).flatMap(mergeEntries);
  chain.done = undefined;
  const name = expandScalar(key, scope);
  if (name.kind !== 'scalar') throw new PipelineProblem(key.at, 'A scalar was expected as the name of a property');
  return [{ key: name, node: value, scope }];
}

/** A mapping with its entries, for parts that must be one. */
export function asMapping(part: Bound): Bound<Mapping> {
  const node = part.node.kind === 'scalar' ? expandScalar(part.node, part.scope) : part.node;
  if (node.kind === 'mapping') return { node, scope: part.scope };
  throw new PipelineProblem(node.at, 'A mapping was expected');
}
