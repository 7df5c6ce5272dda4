import type { Place } from '../expression/runtime-vocabulary.ts';
import { PipelineProblem } from '../problem.ts';
import { type Data, printPrimitive, toData } from '../tree.ts';
import { checkCondition } from './check-expression.ts';
import { type Bound, type BoundEntry, expand, listEntries } from './expand.ts';
import { checkKey } from './keys.ts';

/** The keys of a part by name as the documentation writes them; values are not expanded. */
export type Fields = ReadonlyMap<string, BoundEntry>;

/** Reads the keys of a part; the first one says what the part is. @throws PipelineProblem for keys that may not stand here */
export function readFields(part: Bound, allowed: readonly string[]): Fields {
  return new Map(
    listEntries(part).map((entry) => {
      checkKey(entry.key, allowed);
      const name = printPrimitive(entry.key.value).toLowerCase();
      return [allowed.find((each) => each.toLowerCase() === name) ?? name, entry] as const;
    }),
  );
}

/** A field that must be a scalar, as text; undefined where it is absent. @throws PipelineProblem */
export function findText(fields: Fields, name: string): string | undefined {
  const field = fields.get(name);
  if (!field) return undefined;
  const value = expand(field);
  if (value.kind === 'scalar') return printPrimitive(value.value);
  throw new PipelineProblem(value.at, `A scalar was expected as '${name}'`);
}

/** A field that is one name or a list of them; undefined where it is absent. @throws PipelineProblem */
export function findNames(fields: Fields, name: string): readonly string[] | undefined {
  const field = fields.get(name);
  if (!field) return undefined;
  const value = toData(expand(field));
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new PipelineProblem(field.node.at, `A name or a list of names was expected as '${name}'`);
}

/** The named fields as data, without those that are absent. */
export function toSettings(fields: Fields, names: readonly string[]): Readonly<Record<string, Data>> {
  const found = names.flatMap((name) => {
    const field = fields.get(name);
    return field ? [[name, toData(expand(field))] as const] : [];
  });
  return Object.fromEntries(found);
}

/** A `condition`, which can be read; nothing where it is absent. @throws PipelineProblem */
export function toCondition(fields: Fields, place: Place): { readonly condition?: string } {
  const condition = findText(fields, 'condition');
  if (condition === undefined || condition.trim() === '') return {};
  checkCondition(condition, place, fields.get('condition')!.node.at);
  return { condition };
}

/** Refuses what is neither empty nor a name that expressions can use. @throws PipelineProblem */
export function checkName(what: string, name: string, field: Bound): void {
  if (name === '' || /^[A-Za-z_]\w*$/.test(name)) return;
  throw new PipelineProblem(
    field.node.at,
    `${what} name ${name} is not valid. ${what} names may only contain alphanumeric characters and '_' and may not start with a number`,
  );
}
