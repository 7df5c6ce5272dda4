import * as v from 'valibot';
import { findClosest } from './closest.ts';
import { ManifestSchema } from './manifest.ts';
import type { Translate } from './messages/index.ts';
import { findCrossProblems, rules } from './rules.ts';
import { isSecretName, looksSecret } from './text-rules.ts';

/** Where something stands in the manifest: keys, and positions in lists. */
export type FieldPath = readonly (string | number)[];

/** One thing that is wrong with a manifest or a part of one. */
export interface Problem {
  readonly path: FieldPath;
  /** What is wrong and what would be right, in the person's language. */
  readonly message: string;
  /** Whether the key itself is wrong, rather than its value. */
  readonly atKey: boolean;
}

/** What `findProblems` looks at. */
export interface CheckOptions {
  /** Whether fields may still be missing: answers, defaults. */
  readonly partial: boolean;
  /** Whether fields are judged beside each other; not while some may still come from another source. */
  readonly together?: boolean;
}

/**
 * Everything that is wrong with a manifest, or with the part of one that answers make: the one validator
 * for the prompt, the flag, the file and the environment.
 */
export function findProblems(value: unknown, options: CheckOptions, translate: Translate): readonly Problem[] {
  const problems = [
    ...findKeyProblems(value, ManifestSchema, [], translate),
    ...findRuleProblems(value, [], translate),
    ...findShapeProblems(value, options, translate),
    ...(options.together === false ? [] : findCrossProblems(value, translate)).map((problem) => ({
      ...problem,
      atKey: false,
    })),
  ];
  // One field, one complaint: the first is the most telling.
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    const address = JSON.stringify(path);
    if (seen.has(address)) return false;
    seen.add(address);
    return true;
  });
}

/** `model.metric.name`, `retraining.schedules.0.cron`. */
export function printPath(path: FieldPath): string {
  return path.join('.');
}

type Entries = Readonly<Record<string, v.GenericSchema>>;

/** Unknown keys, all of them (valibot's strict objects stop at the first), each with the likeliest one meant. */
function findKeyProblems(value: unknown, schema: unknown, path: FieldPath, translate: Translate): Problem[] {
  if (Array.isArray(value)) {
    const item = (innerSchema(schema) as { item?: unknown } | undefined)?.item;
    return value.flatMap((element, index) => findKeyProblems(element, item, [...path, index], translate));
  }
  const entries = entriesOf(schema);
  if (!isRecord(value) || entries === undefined) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, key];
    if (Object.hasOwn(entries, key)) return findKeyProblems(child, entries[key], here, translate);
    return [{ path: here, message: describeUnknownKey(key, Object.keys(entries), translate), atKey: true }];
  });
}

function describeUnknownKey(key: string, known: readonly string[], translate: Translate): string {
  if (isSecretName(key)) return translate('problem.secretKey', { key });
  const closest = findClosest(key, known);
  return closest === undefined
    ? translate('problem.unknownKey', { key, known: known.join(', ') })
    : translate('problem.unknownKeyClose', { key, closest });
}

/** Through `optional(…)` and pipes to the schema itself. */
function innerSchema(schema: unknown): unknown {
  return isRecord(schema) && 'wrapped' in schema ? innerSchema(schema.wrapped) : schema;
}

function entriesOf(schema: unknown): Entries | undefined {
  const inner = innerSchema(schema);
  if (!isRecord(inner)) return undefined;
  if (Array.isArray(inner.options)) return inner.options.map(entriesOf).find((entries) => entries !== undefined);
  return isRecord(inner.entries) ? (inner.entries as Entries) : undefined;
}

function findRuleProblems(value: unknown, path: FieldPath, translate: Translate): Problem[] {
  const own = findRuleProblem(value, path, translate);
  if (own !== undefined) return [{ path, message: own, atKey: false }];
  if (!isRecord(value) && !Array.isArray(value)) return [];
  const children: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return children.flatMap(([key, child]) => findRuleProblems(child, [...path, key], translate));
}

function findRuleProblem(value: unknown, path: FieldPath, translate: Translate): string | undefined {
  if (typeof value === 'string' && looksSecret(value)) return translate('problem.secretValue');
  const field = path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
  // A key may be named like something that every object has.
  const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
  return value === undefined ? undefined : rule?.(value, translate);
}

function findShapeProblems(value: unknown, options: CheckOptions, translate: Translate): Problem[] {
  const result = v.safeParse(ManifestSchema, value);
  return (result.issues ?? []).flatMap((issue): Problem[] => {
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    const isStrict = issue.type === 'strict_object';
    if (isStrict && issue.expected === 'never') return []; // `findKeyProblems` has named it.
    const missing = isStrict && issue.received === 'undefined';
    if (missing && options.partial) return [];
    return [{ path, message: missing ? translate('problem.missing') : describe(issue, translate), atKey: false }];
  });
}

function describe(issue: v.BaseIssue<unknown>, translate: Translate): string {
  const requirement = String(issue.requirement);
  const received = issue.received ?? '';
  switch (issue.type) {
    case 'picklist':
    case 'literal':
      return translate('problem.choice', { choices: printChoices(issue.expected ?? ''), received });
    case 'min_value':
      return translate('problem.least', { least: requirement });
    case 'max_value':
      return translate('problem.most', { most: requirement });
    case 'min_length':
      return translate('problem.empty');
    case 'integer':
      return translate('problem.integer');
    case 'number':
      return translate('problem.number', { received });
    case 'boolean':
      return translate('problem.boolean', { received });
    case 'array':
      return translate('problem.list', { received });
    case 'strict_object':
      return translate('problem.section', { received });
    default:
      return translate('problem.text', { received });
  }
}

/** `("best" | "latest")` → `best, latest`. */
function printChoices(expected: string): string {
  return expected.replace(/[()"]/g, '').replaceAll(' | ', ', ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
