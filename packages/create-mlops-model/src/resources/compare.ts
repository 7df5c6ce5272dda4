import type { Change } from '@create-mlops-model/core';

/**
 * Where `live` lacks something of `spec`. Fields that only `live` has are the service's own business:
 * services fill in defaults. Lists are compared element by element.
 */
export function findDifferences(spec: unknown, live: unknown, field = ''): readonly Change[] {
  if (Array.isArray(spec)) {
    if (!Array.isArray(live) || live.length !== spec.length) return [{ field, from: live, to: spec }];
    return spec.flatMap((item, index) => findDifferences(item, live[index], `${field}[${index}]`));
  }
  if (typeof spec === 'object' && spec !== null) {
    if (typeof live !== 'object' || live === null) return [{ field, from: live, to: spec }];
    const other = live as Readonly<Record<string, unknown>>;
    return Object.entries(spec).flatMap(([key, value]) =>
      findDifferences(value, other[key], field === '' ? key : `${field}.${key}`),
    );
  }
  return Object.is(spec, live) ? [] : [{ field, from: live, to: spec }];
}

/** One change where the two differ, none where they are the same. */
export function differs(field: string, from: unknown, to: unknown): readonly Change[] {
  return findDifferences(to, from, field);
}

/** Whether a description carries the mark as a word of its own: people may write around it. */
export function carriesMark(description: string, mark: string): boolean {
  return description.split(/\s+/).includes(mark);
}

/** The description with the mark in it; what people wrote stays. */
export function withMark(description: string, mark: string): string {
  return carriesMark(description, mark) ? description : `${description} ${mark}`.trim();
}
