import { type Kind, toResourceName } from './kinds.ts';

/** One cause of a refusal. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** A refusal, in the form of Kubernetes' `Status`. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: number, reason: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** Body of the answer. */
  toBody(): unknown {
    const { code, reason, message, details } = this;
    const why = reason === '' ? {} : { reason };
    const more = details === undefined ? {} : { details };
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...why, ...more, code };
  }
}

function detailsOf(kind: Kind, name: string, more: object = {}) {
  return { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural, ...more };
}

/** There is no such object. */
export function notFound(kind: Kind, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${toResourceName(kind)} "${name}" not found`, detailsOf(kind, name));
}

/** There is no such route. */
export function noResource(): StatusError {
  const details = { causes: [{ reason: 'UnexpectedServerResponse', message: '404 page not found' }] };
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', details);
}

/** The route is there, but not for this. */
export function notAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** An object of this name is there. */
export function alreadyExists(kind: Kind, name: string): StatusError {
  const message = `${toResourceName(kind)} "${name}" already exists`;
  return new StatusError(409, 'AlreadyExists', message, detailsOf(kind, name));
}

/** Somebody else has changed the object since it was read. */
export function outdated(kind: Kind, name: string): StatusError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  const message = `Operation cannot be fulfilled on ${toResourceName(kind)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(kind, name));
}

/** The object is not in order. */
export function invalid(kind: Kind, name: string, causes: readonly StatusCause[]): StatusError {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const type = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const details = { ...detailsOf(kind, name), kind: kind.kind, causes };
  return new StatusError(422, 'Invalid', `${type} "${name}" is invalid: ${list}`, details);
}

/** The request cannot be understood. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** The caller may not do this. */
export function forbidden(
  user: string,
  verb: string,
  kind: Kind,
  namespace: string | undefined,
  name: string,
): StatusError {
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `cannot ${verb} resource "${kind.plural}" in API group "${kind.group}" ${where}`;
  const message = `${toResourceName(kind)}${name === '' ? '' : ` "${name}"`} is forbidden: User "${user}" ${what}`;
  return new StatusError(403, 'Forbidden', message, detailsOf(kind, name));
}

/** The version from which to watch is too old. */
export function expired(asked: number, oldest: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
}
