import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { ROOT } from '../../scripts/toolchain.mjs';

/** Microsoft's schema. It models most numbers and booleans as text, those of tasks not; some of its patterns are no unicode patterns. */
function compileSchema() {
  const schema = JSON.parse(readFileSync(join(ROOT, 'test/render/azure-pipelines-schema.json'), 'utf8'));
  return new Ajv({ strict: false, unicodeRegExp: false, allowUnionTypes: true, coerceTypes: true }).compile(schema);
}

const validate = compileSchema();

/** What a pipeline's text has against the schema; an empty list where it has nothing. */
export function findSchemaErrors(text: string): unknown {
  return validate(parse(text, { schema: 'failsafe' })) ? [] : validate.errors;
}
