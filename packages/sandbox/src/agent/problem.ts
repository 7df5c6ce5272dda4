/** A place in a pipeline's files; lines and columns count from one. */
export interface Position {
  /** Path in the repository, with a leading slash. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a pipeline, in one sentence that says where. */
export class PipelineProblem extends Error {
  constructor({ path, line, column }: Position, message: string) {
    super(`${path} (Line: ${line}, Col: ${column}): ${message}`);
    this.name = 'PipelineProblem';
  }
}
