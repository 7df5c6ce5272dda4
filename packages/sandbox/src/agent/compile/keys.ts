import { PipelineProblem } from '../problem.ts';
import { type Mapping, printPrimitive, type Scalar } from '../tree.ts';

/** Refuses a key that may not stand here, and one that stands twice. @throws PipelineProblem with its place and what may */
export function checkKeys(mapping: Mapping, allowed: readonly string[]): void {
  const seen = new Set<string>();
  for (const { key } of mapping.entries) {
    checkKey(key, allowed);
    const name = printPrimitive(key.value).toLowerCase();
    if (seen.has(name)) throw new PipelineProblem(key.at, `'${printPrimitive(key.value)}' is already defined`);
    seen.add(name);
  }
}

/** Refuses one key that may not stand here. @throws PipelineProblem */
export function checkKey(key: Scalar, allowed: readonly string[]): void {
  const name = printPrimitive(key.value);
  if (allowed.some((each) => each.toLowerCase() === name.toLowerCase())) return;
  throw new PipelineProblem(key.at, `Unexpected value '${name}'. Expected one of: ${allowed.join(', ')}`);
}
