import { Document } from 'yaml';
import type { ApiSchema } from './api-schema.ts';

const HEADER = `
The contract of the API, in one place: validation, both OpenAPI documents, training and tests read this file.
After a change run: python api/openapi.py

For each field: name, type (number, integer, boolean, string), description in both languages and an example.
Optional: unit, minimum, maximum, enum (strings only), nullable (may be left out),
transform: log (training uses the logarithm of the number).
`.trim();

/** The text of `api/schema.yaml`. */
export function printApiSchema(schema: ApiSchema): string {
  const document = new Document(schema);
  document.commentBefore = HEADER.split('\n')
    .map((line) => (line ? ` ${line}` : ''))
    .join('\n');
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
}
