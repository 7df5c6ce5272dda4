import { parse as parseYaml } from 'yaml';
import type { SandboxRequest } from '../../router.ts';
import { printStep, toItemStep } from '../apply/field-set.ts';
import { getSchema, type Kind, toApiVersion } from '../kinds.ts';
import { checkValue, dropUnknown, type WrongValue } from '../schema/check-value.ts';
import { isJson, type Json } from '../schema/json.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** The body as an object. JSON is YAML, so that one reader does for both. @throws StatusError 400 */
export function parseBody({ body, headers }: SandboxRequest): unknown {
  const text = body.toString('utf8');
  try {
    return /yaml/.test(headers['content-type'] ?? '') && !text.startsWith('{') ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type ${'Object'}): ${(error as Error).message}`);
  }
}

/**
 * An object as a decoder leaves it, and warnings about what it left out.
 * @throws StatusError 400 if a value is of a wrong type, or under `Strict` if a field is not known
 */
export function decodeObject(
  value: unknown,
  kind: Kind,
  validation: string | null,
): { object: Json; warnings: readonly string[] } {
  if (!isJson(value)) throw badRequest(`the object provided is not a ${kind.kind}`);
  checkHead(value, kind);
  const { unknown, wrong } = checkValue(value, getSchema(kind));
  const [first] = wrong;
  const cannot = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
  if (first) throw badRequest(`${cannot}: json: ${describeGo(first)}`);
  const warnings = unknown.map((path) => `unknown field "${path.slice(1)}"`);
  if (validation === 'Strict' && warnings.length > 0) {
    throw badRequest(`${cannot}: strict decoding error: ${warnings.join(', ')}`);
  }
  return { object: dropUnknown(value, getSchema(kind)) as Json, warnings: validation === 'Ignore' ? [] : warnings };
}

function checkHead({ apiVersion, kind: name }: Json, kind: Kind): void {
  if (name !== undefined && name !== kind.kind) {
    throw badRequest(`${String(name)} in version "${String(apiVersion)}" cannot be handled as a ${kind.kind}`);
  }
  if (apiVersion !== undefined && apiVersion !== toApiVersion(kind)) {
    const message = `the API version in the data (${String(apiVersion)}) does not match the expected API version (${toApiVersion(kind)})`;
    throw badRequest(message);
  }
}

/** A configuration to apply. @throws StatusError if its fields are not those of its type */
export function decodeApplied(value: unknown, kind: Kind, namespace: string | undefined): Json {
  if (!isJson(value)) throw badRequest('error decoding YAML: the body is not an object');
  checkHead(value, kind);
  const metadata = isJson(value.metadata) ? value.metadata : {};
  if (metadata.managedFields !== undefined && metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const { unknown, wrong, duplicates } = checkValue(value, getSchema(kind), (item, at, { merge, keys }) =>
    merge === 'atomic' ? `[${at}]` : printStep(toItemStep(item, merge, keys)),
  );
  const problems = [
    ...unknown.map((path) => `${path}: field not declared in schema`),
    ...wrong.map(({ path, expected, got }) => `${path}: expected ${EXPECTED[expected]}, got ${got}`),
    ...duplicates.map(({ path, item }) => `${path}: duplicate entries for key ${item}`),
  ];
  if (problems.length > 0) {
    const place = namespace === undefined ? '/' : `${namespace}/`;
    const what = `${place}${String(metadata.name ?? '')}; ${toApiVersion(kind)}, Kind=${kind.kind}`;
    const text = problems.length === 1 ? problems[0] : `errors:\n  ${problems.join('\n  ')}`;
    throw new StatusError(500, '', `failed to create typed patch object (${what}): ${text}`);
  }
  return dropUnknown(value, getSchema(kind)) as Json;
}

const EXPECTED: Readonly<Record<WrongValue['expected'], string>> = {
  string: 'string',
  bytes: 'string',
  time: 'string',
  microTime: 'string',
  integer: 'numeric (int or float)',
  number: 'numeric (int or float)',
  boolean: 'boolean',
  quantity: 'scalar',
  intOrString: 'scalar',
  object: 'map',
  list: 'list',
};

function describeGo({ path, expected, got, owner }: WrongValue): string {
  if (expected === 'quantity') {
    return "unable to parse quantity's suffix";
  }
  const type = expected === 'integer' ? 'int32' : expected === 'boolean' ? 'bool' : expected;
  return `cannot unmarshal ${got} into Go struct field ${owner}${path} of type ${type}`;
}
