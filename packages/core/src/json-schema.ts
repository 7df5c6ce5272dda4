import { toJsonSchema as convert } from '@valibot/to-json-schema';
import { ManifestSchema } from './manifest.ts';
import { createTranslate, isMessageKey } from './messages/index.ts';

type Json = Record<string, unknown>;

/** The JSON Schema of `mlops.yaml`, with a description of each field, for editors and for the generated repository's own check. */
export function toJsonSchema(): Readonly<Json> {
  const schema = convert(ManifestSchema, { errorMode: 'throw', typeMode: 'input' }) as Json;
  describe(schema, []);
  return { ...schema, title: 'mlops.yaml', description: 'What a machine-learning model needs on Azure.' };
}

/** The schema as it is written to a file. */
export function printJsonSchema(): string {
  return `${JSON.stringify(toJsonSchema(), undefined, 2)}\n`;
}

function describe(schema: Json, path: readonly string[]): void {
  const translate = createTranslate('en');
  const name = `field.${path.join('.')}`;
  if (path.length > 0 && isMessageKey(name)) schema.description = translate(name);
  for (const [key, child] of Object.entries((schema.properties ?? {}) as Json)) describe(child as Json, [...path, key]);
  const item = schema.items as Json | undefined;
  if (item?.properties) describe(item, path);
}
