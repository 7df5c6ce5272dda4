import { PipelineProblem } from '../problem.ts';
import { findValue, type Mapping, printPrimitive, type Tree } from '../tree.ts';
import { checkRuntimeValue } from './check-expression.ts';
import { findDirective } from './directive.ts';
import { asMapping, type Bound, expand, listBound, listEntries } from './expand.ts';
import { checkKeys } from './keys.ts';
import { type Compiler, loadTemplate } from './load-template.ts';
import type { Variable } from './pipeline.ts';
import { type Scope, withContext, withVariable } from './scope.ts';

/** Variables, and the scope in which they are known. */
export interface Variables {
  readonly variables: readonly Variable[];
  readonly scope: Scope;
}

/** Reads a `variables:` part; each value may speak of those before it. @throws PipelineProblem */
export async function compileVariables(
  compiler: Compiler,
  part: Bound | undefined,
  scope: Scope,
  depth = 0,
): Promise<Variables> {
  let result: Variables = { variables: [], scope };
  if (!part) return result;
  for (const node of splitByChain(part.node)) {
    const chunk = { node, scope: withVariables(part.scope, result.scope) };
    const found = node.kind === 'mapping' ? compileNamed(chunk) : await compileListed(compiler, chunk, depth);
    result = found.reduce(addVariable, result);
  }
  return result;
}

interface Placed {
  readonly variable: Variable;
  readonly at: Tree['at'];
}

function addVariable({ variables, scope }: Variables, { variable, at }: Placed): Variables {
  const known = variable.kind === 'value' ? withVariable(scope, variable.name, variable.value, at) : scope;
  return { variables: [...variables, variable], scope: known };
}

function withVariables(scope: Scope, from: Scope): Scope {
  return withContext(scope, 'variables', from.get('variables') ?? null);
}

/** Cuts a list or mapping into parts, so that each sees the variables before it; a chain of conditions stays together. */
function splitByChain(node: Tree): readonly Tree[] {
  if (node.kind === 'scalar') return [node];
  const parts: Tree[] = [];
  const goesOn = (key: Mapping['entries'][number]['key'] | undefined) => {
    const kind = key && findDirective(key)?.kind;
    return kind === 'elseif' || kind === 'else';
  };
  if (node.kind === 'mapping') {
    for (const entry of node.entries) {
      const last = parts.at(-1);
      if (last?.kind === 'mapping' && goesOn(entry.key))
        parts[parts.length - 1] = { ...last, entries: [...last.entries, entry] };
      else parts.push({ ...node, entries: [entry] });
    }
    return parts;
  }
  for (const item of node.items) {
    const last = parts.at(-1);
    const key = item.kind === 'mapping' ? item.entries[0]?.key : undefined;
    if (last?.kind === 'sequence' && goesOn(key)) parts[parts.length - 1] = { ...last, items: [...last.items, item] };
    else parts.push({ ...node, items: [item] });
  }
  return parts;
}

function compileNamed(part: Bound): readonly Placed[] {
  return listEntries(part).map((entry) => toPlaced(printPrimitive(entry.key.value), expand(entry), false));
}

function toPlaced(name: string, value: Tree, readonly: boolean): Placed {
  if (value.kind !== 'scalar')
    throw new PipelineProblem(value.at, `A scalar was expected as the value of variable '${name}'`);
  const text = printPrimitive(value.value);
  checkRuntimeValue(text, value.at);
  return { variable: { kind: 'value', name, value: text, readonly }, at: value.at };
}

async function compileListed(compiler: Compiler, part: Bound, depth: number): Promise<readonly Placed[]> {
  // `variables: ${{ parameters.variables }}` may come to a mapping.
  const whole = part.node.kind === 'scalar' ? expand(part) : part.node;
  if (whole.kind === 'mapping') return compileNamed({ ...part, node: whole });
  const placed: Placed[] = [];
  for (const item of listBound({ ...part, node: whole })) {
    const entries = asMapping(item).node.entries;
    if (entries.some(({ key }) => key.value === 'template')) {
      const template = await loadTemplate(compiler, item, ['variables'], depth);
      const inner = findValue(template.node, 'variables');
      if (!inner) throw new PipelineProblem(template.node.at, "'variables' was expected");
      const { variables } = await compileVariables(
        compiler,
        { node: inner, scope: template.scope },
        template.scope,
        depth + 1,
      );
      placed.push(...variables.map((variable) => ({ variable, at: item.node.at })));
    } else placed.push(compileItem(item));
  }
  return placed;
}

function compileItem(item: Bound): Placed {
  const mapping = expand(item);
  if (mapping.kind !== 'mapping') throw new PipelineProblem(mapping.at, 'A mapping was expected');
  const group = findValue(mapping, 'group');
  if (group) {
    checkKeys(mapping, ['group']);
    return { variable: { kind: 'group', group: toText(group) }, at: group.at };
  }
  // A mapping within a list is short for names and values.
  checkKeys(mapping, ['name', 'value', 'readonly']);
  const name = findValue(mapping, 'name');
  if (!name) throw new PipelineProblem(mapping.at, "'name', 'group' or 'template' was expected");
  const value = findValue(mapping, 'value') ?? ({ kind: 'scalar', value: '', at: mapping.at } as const);
  const readonly = findValue(mapping, 'readonly');
  return toPlaced(toText(name), value, readonly !== undefined && /^true$/i.test(toText(readonly)));
}

function toText(tree: Tree): string {
  if (tree.kind === 'scalar') return printPrimitive(tree.value);
  throw new PipelineProblem(tree.at, 'A scalar was expected');
}
