/** What a task cannot be done for; becomes the run's termination code. */
export class TaskFailure extends Error {
  /** `LIBRARY_INSTALLATION_ERROR`, `RESOURCE_NOT_FOUND` … */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'TaskFailure';
    this.code = code;
  }
}
