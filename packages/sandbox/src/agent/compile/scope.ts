import { toTree } from '../expression/convert.ts';
import { evaluate } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import { COMMON_FUNCTIONS } from '../expression/functions.ts';
import { parseExpression } from '../expression/parse-expression.ts';
import type { Value } from '../expression/value.ts';
import { PipelineProblem, type Position } from '../problem.ts';
import { type Mapping, toMapping } from '../tree.ts';

/** What template expressions may speak of where they stand: contexts by name in lower case. */
export type Scope = ReadonlyMap<string, Value>;

/** A scope with one more context, or another one of the same name. */
export function withContext(scope: Scope, name: string, value: Value): Scope {
  return new Map([...scope, [name.toLowerCase(), value]]);
}

/** The scope with one more variable; the last one of a name wins. */
export function withVariable(scope: Scope, name: string, value: string, at: Position): Scope {
  const known = scope.get('variables') as Mapping;
  const others = known.entries.filter(({ key }) => String(key.value).toLowerCase() !== name.toLowerCase());
  const entries = [
    ...others.map((entry) => [String(entry.key.value), entry.value] as const),
    [name, toTree(value, at)] as const,
  ];
  return withContext(scope, 'variables', toMapping(entries, at));
}

/** Computes what stands between `${{` and `}}`. @throws PipelineProblem with the place */
export function compute(source: string, scope: Scope, at: Position): Value {
  try {
    const expression = parseExpression(source, { functions: COMMON_FUNCTIONS, contexts: new Set(scope.keys()) });
    return evaluate(expression, {
      getContext: (name) => scope.get(name) ?? null,
      call: (name) => {
        throw new ExpressionError(`Unrecognized function: '${name}'`);
      },
    });
  } catch (error) {
    if (error instanceof ExpressionError) throw new PipelineProblem(at, error.message);
    throw error;
  }
}
