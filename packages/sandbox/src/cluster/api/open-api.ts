import { createHash } from 'node:crypto';
import type { SandboxReply } from '../../router.ts';
import { KINDS, type Kind, toApiVersion } from '../kinds.ts';
import { getStruct, type Schema, type Struct } from '../schema/schema.ts';

/** `/openapi/v3` and a group's document below it; `undefined`: there is no such document. */
export function findOpenApi(path: string): SandboxReply | undefined {
  if (path === '/openapi/v3' || path === '/openapi/v3/') return { status: 200, body: { paths: listDocuments() } };
  const prefix = path.replace(/^\/openapi\/v3\//, '');
  const kinds = KINDS.filter((kind) => toPrefix(kind) === prefix);
  return kinds.length === 0 ? undefined : { status: 200, body: toDocument(kinds) };
}

function toPrefix(kind: Kind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${toApiVersion(kind)}`;
}

function listDocuments(): Record<string, { serverRelativeURL: string }> {
  const prefixes = [...new Set(KINDS.map(toPrefix))];
  const entries = prefixes.map((prefix) => {
    const document = JSON.stringify(toDocument(KINDS.filter((kind) => toPrefix(kind) === prefix)));
    const hash = createHash('sha256').update(document).digest('hex').toUpperCase();
    return [prefix, { serverRelativeURL: `/openapi/v3/${prefix}?hash=${hash}` }] as const;
  });
  return Object.fromEntries(entries);
}

function toDocument(kinds: readonly Kind[]) {
  const schemas: Record<string, unknown> = {};
  for (const kind of kinds) addSchemas(getStruct(kind.kind), kinds, schemas);
  const paths = Object.fromEntries(kinds.flatMap(toPaths));
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.33.4' }, paths, components: { schemas } };
}

function addSchemas(struct: Struct, kinds: readonly Kind[], schemas: Record<string, unknown>): void {
  if (struct.name in schemas) return;
  const fields = [...struct.fields().values()];
  const names = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const kind = kinds.find((candidate) => candidate.kind === struct.name);
  const properties: Record<string, unknown> = {};
  schemas[struct.name] = {
    type: 'object',
    properties,
    ...(names.length === 0 ? {} : { required: names }),
    ...(struct.isAtomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(kind ? { 'x-kubernetes-group-version-kind': [toGvk(kind)] } : {}),
  };
  for (const { name, schema, retainsKeys } of fields) {
    const printed = printSchema(schema);
    properties[name] = retainsKeys ? { ...printed, 'x-kubernetes-patch-strategy': 'retainKeys' } : printed;
    for (const below of findStructs(schema)) addSchemas(below, kinds, schemas);
  }
}

function findStructs(schema: Schema): readonly Struct[] {
  if (schema.form === 'struct') return [schema];
  return schema.form === 'list' || schema.form === 'map' ? findStructs(schema.element) : [];
}

function printSchema(schema: Schema): Record<string, unknown> {
  switch (schema.form) {
    case 'any':
      return { type: 'object' };
    case 'scalar':
      return printScalar(schema.type);
    case 'struct':
      return { allOf: [{ $ref: `#/components/schemas/${schema.name}` }], default: {} };
    case 'map':
      return { type: 'object', additionalProperties: printSchema(schema.element) };
    case 'list': {
      const type = schema.merge === 'keyed' ? 'map' : schema.merge;
      const keys = schema.merge === 'keyed' ? { 'x-kubernetes-list-map-keys': schema.keys } : {};
      return {
        type: 'array',
        items: printSchema(schema.element),
        'x-kubernetes-list-type': type,
        ...keys,
        ...printPatch(schema.patchKey),
      };
    }
  }
}

function printPatch(key: string | undefined): Record<string, unknown> {
  if (key === undefined) return {};
  const merge = { 'x-kubernetes-patch-strategy': 'merge' };
  return key === '' ? merge : { ...merge, 'x-kubernetes-patch-merge-key': key };
}

function printScalar(type: Extract<Schema, { form: 'scalar' }>['type']): Record<string, unknown> {
  switch (type) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type };
    case 'bytes':
      return { type: 'string', format: 'byte' };
    case 'time':
    case 'microTime':
      return { type: 'string', format: 'date-time' };
    case 'quantity':
      return { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'intOrString':
      return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  }
}

function toGvk({ group, version, kind }: Kind) {
  return { group, version, kind };
}

/** kubectl looks here whether the server checks fields itself, and whether it knows dry runs. */
function toPaths(kind: Kind): [string, unknown][] {
  const base = `/${toPrefix(kind)}${kind.isNamespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
  const query = (name: string, type = 'string') => ({ name, in: 'query', schema: { type } });
  const gvk = { 'x-kubernetes-group-version-kind': toGvk(kind) };
  const writes = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => query(name));
  const operation = (action: string, parameters: unknown[] = []) => ({
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    ...gvk,
  });
  const has = (verb: Kind['verbs'][number]) => kind.verbs.includes(verb);
  const patch = { ...operation('patch', [...writes, query('force', 'boolean')]), requestBody: PATCHES };
  return [
    [base, { get: operation('list'), ...(has('create') ? { post: operation('post', writes) } : {}) }],
    [
      `${base}/{name}`,
      {
        get: operation('get'),
        ...(has('patch') ? { patch } : {}),
        ...(has('update') ? { put: operation('put', writes) } : {}),
        ...(has('delete') ? { delete: operation('delete', [query('dryRun'), query('propagationPolicy')]) } : {}),
      },
    ],
  ];
}

const PATCHES = {
  content: Object.fromEntries(
    ['apply-patch+yaml', 'json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json'].map((type) => [
      `application/${type}`,
      {},
    ]),
  ),
};
