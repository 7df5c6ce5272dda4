import { PipelineProblem, type Position } from '../problem.ts';

/** A stage or job with the place where it stands. */
export interface Placed<Part> {
  readonly part: Part;
  readonly at: Position;
}

interface Part {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** Looks whether names are unique, dependencies exist and an order exists. @throws PipelineProblem */
export function checkGraph(
  what: 'stage' | 'job',
  within: 'pipeline' | 'stage',
  parts: readonly Placed<Part>[],
  at: Position,
): void {
  const title = what === 'stage' ? 'Stage' : 'Job';
  const known = new Map<string, Placed<Part>>();
  for (const placed of parts) {
    const { name } = placed.part;
    if (known.has(name.toLowerCase())) {
      throw new PipelineProblem(
        placed.at,
        `The ${what} name ${name} appears more than once. ${title} names must be unique within a ${within}`,
      );
    }
    known.set(name.toLowerCase(), placed);
  }
  for (const { part, at: place } of parts) {
    const lost = part.dependsOn.find((name) => !known.has(name.toLowerCase()));
    if (lost !== undefined)
      throw new PipelineProblem(place, `${title} ${part.name} depends on unknown ${what} ${lost}`);
  }
  if (parts.length > 0 && parts.every(({ part }) => part.dependsOn.length > 0)) {
    throw new PipelineProblem(at, `The ${within} must contain at least one ${what} with no dependencies`);
  }
  refuseCycles(title, known);
}

/** Takes away what depends on nothing, again and again; what stays depends on itself. */
function refuseCycles(title: string, known: ReadonlyMap<string, Placed<Part>>): void {
  const waiting = new Map(known);
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const [name, { part }] of waiting) {
      if (!part.dependsOn.some((each) => waiting.has(each.toLowerCase()))) waiting.delete(name);
    }
  }
  const [left] = waiting.values();
  if (!left) return;
  const names = [...waiting.values()].map(({ part }) => part.name).join(', ');
  throw new PipelineProblem(left.at, `${title} ${left.part.name} depends on itself, by way of: ${names}`);
}
