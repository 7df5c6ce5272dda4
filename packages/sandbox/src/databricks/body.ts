import type { SandboxRequest } from '../router.ts';
import { invalid, ServiceError } from './service-error.ts';

/** A JSON object whose fields are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The request's body as an object; empty when there is none. Unknown fields are tolerated, as on the service. */
export function readFields(request: SandboxRequest): Fields {
  let body: unknown;
  try {
    body = request.json() ?? {};
  } catch {
    throw new ServiceError(400, 'MALFORMED_REQUEST', 'Could not parse request object: the body is not valid JSON.');
  }
  if (!isFields(body)) {
    throw new ServiceError(400, 'MALFORMED_REQUEST', 'Could not parse request object: a JSON object was expected.');
  }
  return body;
}

/** Whether the value is a plain JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text field that must be there. */
export function getText(fields: Fields, name: string): string {
  const value = findText(fields, name);
  if (value === undefined || value === '') throw invalid(`Missing required field: ${name}`);
  return value;
}

/** A text field that may be absent. */
export function findText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`Expected field ${name} to be a string.`);
  return value;
}

/** A yes-or-no field; absent means no. `"true"` counts, as multipart forms and queries have only text. */
export function findFlag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return false;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(`Expected field ${name} to be a boolean.`);
}

/** A whole number that may be absent; the service takes numbers and their text form (its ids are 64 bits). */
export function findInteger(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    throw invalid(`Expected field ${name} to be an integer.`);
  }
  return number;
}

/** A whole number that must be there. */
export function getInteger(fields: Fields, name: string): number {
  const value = findInteger(fields, name);
  if (value === undefined) throw invalid(`Missing required field: ${name}`);
  return value;
}

/** Query parameters as fields. */
export function toFields(query: URLSearchParams): Fields {
  return Object.fromEntries(query);
}
