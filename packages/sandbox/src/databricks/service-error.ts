/** An error as the Databricks REST API reports it: HTTP status, stable code, text for people. */
export class ServiceError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** `error_code` of the reply's body. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
  }
}

/** 400: a field is missing or has a wrong value. A missing *job or run* is reported this way too, not as 404. */
export function invalid(message: string): ServiceError {
  return new ServiceError(400, 'INVALID_PARAMETER_VALUE', message);
}

/** 404: no such object. */
export function missing(message: string): ServiceError {
  return new ServiceError(404, 'RESOURCE_DOES_NOT_EXIST', message);
}

/** 400: the name is taken. */
export function taken(message: string): ServiceError {
  return new ServiceError(400, 'RESOURCE_ALREADY_EXISTS', message);
}

/** 403: signed in, but not allowed to. */
export function denied(message: string): ServiceError {
  return new ServiceError(403, 'PERMISSION_DENIED', message);
}
