import { TYPE_TABLE } from './type-table.ts';

/** What a value may be that has no parts of its own. */
export type ScalarType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'intOrString';

/** One field of a struct. */
export interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
  /** A strategic merge patch drops what it does not retain. */
  readonly retainsKeys: boolean;
}

/** The form of a value, and how two of them are merged. */
export type Schema =
  | { readonly form: 'any' }
  | { readonly form: 'scalar'; readonly type: ScalarType }
  | { readonly form: 'map'; readonly element: Schema; readonly isAtomic: boolean }
  | Struct
  | {
      readonly form: 'list';
      readonly element: Schema;
      /** `atomic`: replaced whole · `set`: its items are their own keys · `keyed`: merged by fields of its items. */
      readonly merge: 'atomic' | 'set' | 'keyed';
      /** Of `keyed`. */
      readonly keys: readonly string[];
      /** How a strategic merge patch merges it: by this key, `''` as a set; absent: it replaces the list. */
      readonly patchKey: string | undefined;
    };

/** A type of the table. */
export interface Struct {
  readonly form: 'struct';
  readonly name: string;
  readonly isAtomic: boolean;
  /** By name; read when first asked for. */
  readonly fields: () => ReadonlyMap<string, Field>;
}

const SCALARS: readonly string[] = [
  ...['string', 'integer', 'number', 'boolean', 'bytes', 'time', 'microTime', 'quantity', 'intOrString'],
];
const structs = new Map<string, Struct>();

/** A type by its name in the table. @throws Error if the table has none */
export function getStruct(name: string): Struct {
  const known = structs.get(name);
  if (known) return known;
  const text = TYPE_TABLE[name];
  if (text === undefined) throw new Error(`the table of types has no ${name}`);
  const isAtomic = text.startsWith('@ ');
  let fields: ReadonlyMap<string, Field> | undefined;
  const parse = () =>
    new Map(
      text
        .replace(/^@ /, '')
        .split(' ')
        .map(parseField)
        .map((field) => [field.name, field]),
    );
  const struct: Struct = { form: 'struct', name, isAtomic, fields: () => (fields ??= parse()) };
  structs.set(name, struct);
  return struct;
}

function parseField(text: string): Field {
  const [, name = '', star, type = ''] = /^(\w+|\$ref)(\*?):(.+)$/.exec(text) ?? [];
  const retainsKeys = type.endsWith('^');
  return { name, isRequired: star === '*', schema: parseType(type.replace(/\^$/, '')), retainsKeys };
}

function parseType(text: string): Schema {
  if (text === 'any') return { form: 'any' };
  if (SCALARS.includes(text)) return { form: 'scalar', type: text as ScalarType };
  if (text.startsWith('@')) return { ...parseType(text.slice(1)), isAtomic: true } as Schema;
  if (text.startsWith('{')) return { form: 'map', element: parseType(text.slice(1, -1)), isAtomic: false };
  const [, element, keys = '', own] = /^(.+)\[([^\]]*)\](!|~\w*)?$/.exec(text) ?? [];
  if (element === undefined) return getStruct(text);
  return toList(parseType(element), keys, own);
}

function toList(element: Schema, text: string, own: string | undefined): Schema {
  const keys = text === '' || text === '=' ? [] : text.split(',');
  const merge = text === '' ? 'atomic' : text === '=' ? 'set' : 'keyed';
  const patchKey = own === '!' ? undefined : own?.startsWith('~') ? own.slice(1) : merge === 'set' ? '' : keys[0];
  return { form: 'list', element, merge, keys, patchKey };
}

/** The schema of a struct's field or a map's value; `undefined`: there is no such field. */
export function findChild(schema: Schema, name: string): Schema | undefined {
  if (schema.form === 'struct') return schema.fields().get(name)?.schema;
  if (schema.form === 'map') return schema.element;
  return schema.form === 'any' ? schema : undefined;
}
