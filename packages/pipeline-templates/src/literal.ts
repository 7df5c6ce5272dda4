import { UserError } from '@create-mlops-model/core';

/** What Azure Pipelines would evaluate inside a value: template expressions, macros, runtime expressions. */
const EXPRESSION = /\$\{\{|\$\(|\$\[/;

/**
 * A value as it may stand in a pipeline's YAML. Everything in a pipeline file is text that Azure evaluates, quoted or not.
 * @param field where the value comes from in `mlops.yaml`
 * @throws UserError `usage` for a value that Azure would evaluate
 */
export function toLiteral(field: string, value: string): string {
  if (!EXPRESSION.test(value)) return value;
  throw new UserError(
    'usage',
    `The value of ${field} cannot go into a pipeline: Azure would evaluate it as an expression.`,
    'Take out the dollar sign and the bracket after it.',
  );
}
