import type { Text } from './errors.ts';
import { UserError } from './errors.ts';
import { type Graph, needsOf, toGraph } from './graph.ts';
import type { Address, Change, Lives, Ref, Resource, Right } from './resource.ts';

/** What should happen to one resource. */
export type Step =
  | { readonly action: 'none'; readonly address: Address }
  | { readonly action: 'create'; readonly address: Address; readonly right?: Right }
  | {
      readonly action: 'update';
      readonly address: Address;
      readonly changes: readonly Change[];
      readonly right?: Right;
      /** It was somebody else's until now. */
      readonly takeOver?: true;
    }
  | {
      readonly action: 'blocked';
      readonly address: Address;
      /** `not-ours`: exists, differs and carries no mark of ours · `missing`: only somebody else can make it. */
      readonly reason: 'not-ours' | 'missing';
      readonly changes: readonly Change[];
      /** What the person who can make it has to do. */
      readonly step?: Text;
    };

/** Plain JSON: steps in an order in which each comes after all it needs. */
export type Plan = readonly Step[];

/** A plan together with what was read to make it; only a fresh one can be applied. */
export interface Planned {
  readonly plan: Plan;
  readonly graph: Graph;
  /** What exists now, by address. */
  readonly found: ReadonlyMap<Address, unknown>;
}

/** Choices that change what a plan may do. */
export interface PlanOptions {
  /** Change objects that are not ours, too. */
  readonly takeOver?: boolean;
}

/**
 * Reads everything at once (each read waits only for the ones it asks for) and compares. Writes nothing.
 * @throws UserError whatever a read throws, with the address before it
 */
export async function plan(resources: readonly Resource[], options: PlanOptions = {}): Promise<Planned> {
  const graph = toGraph(resources);
  const found = await readAll(graph);
  const steps = [...graph.values()].map((resource) => toStep(resource, found.get(resource.address), options));
  return { plan: steps, graph, found };
}

/** The steps that would write. */
export function changesOf(plan: Plan): Plan {
  return plan.filter((step) => step.action === 'create' || step.action === 'update');
}

/** The steps that nobody but another person can make possible. */
export function blockedOf(plan: Plan): readonly Extract<Step, { action: 'blocked' }>[] {
  return plan.filter((step) => step.action === 'blocked');
}

function toStep(resource: Resource, live: unknown, options: PlanOptions): Step {
  const { address } = resource;
  const right = resource.right ? { right: resource.right } : {};
  if (live === undefined) {
    const step = resource.missingStep?.();
    return step === undefined
      ? { action: 'create', address, ...right }
      : { action: 'blocked', address, reason: 'missing', changes: [], step };
  }
  const changes = resource.diff(live);
  if (changes.length === 0) return { action: 'none', address };
  if (resource.isOurs(live)) return { action: 'update', address, changes, ...right };
  if (options.takeOver) return { action: 'update', address, changes, ...right, takeOver: true };
  return { action: 'blocked', address, reason: 'not-ours', changes };
}

/** The address first, then what went wrong: the engine adds it once, here and in `apply`. */
export function atAddress(address: Address, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const before = (text: Text): Text =>
    typeof text === 'string'
      ? `${address}: ${text}`
      : { en: `${address}: ${text.en}`, fr: `${address}\u00a0: ${text.fr}` };
  return new UserError(error.code, before(error.text), error.hint, { cause: error });
}

async function readAll(graph: Graph): Promise<Map<Address, unknown>> {
  const reads = new Map<Address, Promise<unknown>>();
  const begin = (resource: Resource): Promise<unknown> => {
    const running = reads.get(resource.address);
    if (running !== undefined) return running;
    const read = resource.read(livesWhileReading(resource)).catch((error: unknown) => {
      throw atAddress(resource.address, error);
    });
    reads.set(resource.address, read);
    return read;
  };
  const livesWhileReading = (reader: Resource): Lives => {
    const allowed = needsOf(graph, reader.address);
    return {
      find: async <Live>(ref: Ref<Live>) => {
        const other = graph.get(ref.address);
        if (!other || !allowed.has(ref.address)) {
          throw new Error(`${reader.address} asks for ${ref.address}, which it does not need`);
        }
        return (await begin(other)) as Live | undefined;
      },
      get: (ref) => {
        throw new Error(`${reader.address} must use find, not get, for ${ref.address} while reading`);
      },
    };
  };
  const settled = await Promise.allSettled([...graph.values()].map(async (resource) => begin(resource)));
  const failures = settled.filter((result) => result.status === 'rejected');
  if (failures[0]) throw firstCause(failures.map((failure) => failure.reason));
  const found = new Map<Address, unknown>();
  for (const address of graph.keys()) {
    const live = await reads.get(address);
    if (live !== undefined) found.set(address, live);
  }
  return found;
}

/** A read that failed because its parent failed repeats the parent's error; the shortest chain is the origin. */
function firstCause(errors: readonly unknown[]): unknown {
  const depth = (error: unknown): number => (error instanceof Error && error.cause ? 1 + depth(error.cause) : 0);
  return [...errors].sort((a, b) => depth(a) - depth(b))[0];
}
