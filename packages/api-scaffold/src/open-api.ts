import type { Manifest } from '@create-mlops-model/core';
import template from '../../../templates/api/openapi.template.json' with { type: 'json' };
import type { ApiField, ApiSchema } from './api-schema.ts';

/** A language that documents are written in. */
export type Language = 'en' | 'fr';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Beyond it a JSON number is not the same number in every client; the service refuses it. */
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/**
 * The OpenAPI 3.1 document of the generated API in one language.
 * `api/openapi.py` of the generated repository makes the same from the same template; its tests compare the two.
 */
export function toOpenApi(schema: ApiSchema, manifest: Manifest, language: Language): Json {
  const values: Record<string, Json> = {
    title: manifest.model.title[language],
    description: manifest.model.description[language],
    row: toObject(schema.input, language, true),
    prediction: toObject(schema.output, language, false),
    exampleRow: Object.fromEntries(schema.input.map((field) => [field.name, field.example])),
    maxRows: manifest.api.limits.rows,
    maxBytes: manifest.api.limits.bytes,
  };
  return fill(template as Json, values, language);
}

/** The template with `{"$value": name}` replaced and `{"en": …, "fr": …}` resolved. */
function fill(node: Json, values: Readonly<Record<string, Json>>, language: Language): Json {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((item) => fill(item, values, language));
  const entries = Object.entries(node as { readonly [key: string]: Json });
  const keys = entries.map(([key]) => key).sort();
  const first = entries[0]?.[1];
  if (keys.length === 1 && keys[0] === '$value' && typeof first === 'string') {
    const value = values[first];
    if (value === undefined) throw new Error(`openapi.template.json asks for an unknown value: ${first}`);
    return value;
  }
  if (keys.length === 2 && keys[0] === 'en' && keys[1] === 'fr') {
    return (node as { readonly [key: string]: Json })[language] ?? null;
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, fill(value, values, language)]));
}

function toObject(fields: readonly ApiField[], language: Language, closed: boolean): Json {
  return {
    type: 'object',
    required: fields.filter((field) => !field.nullable).map((field) => field.name),
    properties: Object.fromEntries(fields.map((field) => [field.name, toProperty(field, language)])),
    ...(closed ? { additionalProperties: false } : {}),
  };
}

function toProperty(field: ApiField, language: Language): Json {
  const whole = field.type === 'integer';
  const minimum = field.minimum ?? (whole ? -MAX_INTEGER : undefined);
  const maximum = field.maximum ?? (whole ? MAX_INTEGER : undefined);
  return {
    type: field.nullable ? [field.type, 'null'] : field.type,
    description: field.description[language],
    ...(field.unit === undefined ? {} : { 'x-unit': field.unit }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(field.enum === undefined
      ? field.type === 'string'
        ? { maxLength: 1000 }
        : {}
      : { enum: field.nullable ? [...field.enum, null] : field.enum }),
    examples: [field.example],
  };
}
