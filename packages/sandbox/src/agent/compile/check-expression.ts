import { ExpressionError } from '../expression/expression-error.ts';
import { parseExpression } from '../expression/parse-expression.ts';
import { findRuntimeExpression, type Place, toVocabulary } from '../expression/runtime-vocabulary.ts';
import { PipelineProblem, type Position } from '../problem.ts';

/** Refuses a condition that could not be read when its turn comes. @throws PipelineProblem */
export function checkCondition(text: string, place: Place, at: Position): void {
  try {
    parseExpression(text, toVocabulary(place));
  } catch (error) {
    if (error instanceof ExpressionError) throw new PipelineProblem(at, error.message);
    throw error;
  }
}

/** Refuses a `$[ ]` that could not be read when its turn comes. @throws PipelineProblem */
export function checkRuntimeValue(value: string, at: Position): void {
  const expression = findRuntimeExpression(value);
  if (expression !== undefined) checkCondition(expression, 'variable', at);
}
