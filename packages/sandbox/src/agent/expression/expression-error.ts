/** An expression that cannot be read or computed; whoever knows the file adds the place. */
export class ExpressionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpressionError';
  }
}

/** Something is wrong at one character of the expression. */
export function unexpected(what: string, text: string, offset: number, source: string): ExpressionError {
  return new ExpressionError(
    `${what}: '${text}'. Located at position ${offset + 1} within expression: ${source.trim()}`,
  );
}
