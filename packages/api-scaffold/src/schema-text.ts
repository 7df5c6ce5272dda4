import { printYaml } from '@create-mlops-model/core';
import type { ApiField, ApiSchema } from './api-schema.ts';

const HEADER = `
The contract of the API, in one place: validation, both OpenAPI documents, training and tests read this file.
After a change run: python api/openapi.py

For each field: name, type (number, integer, boolean, string), description in both languages and an example.
Optional: unit, minimum, maximum, enum (strings only), nullable (may be left out),
transform: log (training uses the logarithm of the number).
`.trim();

/** The text of `api/schema.yaml`. */
export function printApiSchema({ version, input, output }: ApiSchema): string {
  const header = HEADER.split('\n').map((line) => (line ? `# ${line}` : ''));
  return `${header.join('\n')}\n\n${printYaml({ version, input: input.map(toEntry), output: output.map(toEntry) })}`;
}

/** An interface has no index signature, which data to print has. */
function toEntry(field: ApiField) {
  return { ...field, description: { ...field.description } };
}
