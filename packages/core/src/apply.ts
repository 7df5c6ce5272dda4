import { type Check, openChecks } from './checks.ts';
import { UserError } from './errors.ts';
import { needsOf } from './graph.ts';
import { atAddress, type Planned, type Step } from './plan.ts';
import type { Address, Lives, Ref, Resource } from './resource.ts';

/** What became of one step. */
export type StepResult =
  | { readonly status: 'unchanged' | 'created' | 'updated'; readonly address: Address }
  /** The right is missing; what does not depend on it went on. */
  | { readonly status: 'refused'; readonly address: Address; readonly error: UserError }
  | { readonly status: 'failed'; readonly address: Address; readonly error: unknown }
  /** Blocked in the plan, or it needs one that was refused, failed or blocked, or the run stopped before its turn. */
  | { readonly status: 'blocked' | 'skipped'; readonly address: Address };

/** Every step's result, in the plan's order. */
export interface Outcome {
  readonly results: readonly StepResult[];
  /** Everything that exists now, by address: found or just made. */
  readonly lives: ReadonlyMap<Address, unknown>;
  /** The person asked to stop; what was in flight was finished. */
  readonly cancelled: boolean;
}

/** Keeps what was intended and what came of it, so that a run that dies can be told about. */
export interface Journal {
  /** Written to disk before the write call is sent. */
  intend(address: Address, action: 'create' | 'update' | 'remove'): void;
  /** Written to disk after the answer. */
  settle(address: Address, result: 'done' | 'failed'): void;
}

/** Told about each step as it starts and ends. */
export type Progress = (event: {
  readonly address: Address;
  readonly phase: 'started' | 'removed' | StepResult['status'];
}) => void;

/** How a plan is carried out. */
export interface ApplyOptions {
  readonly journal: Journal;
  readonly progress?: Progress;
  /** Steps in flight at once. */
  readonly limit?: number;
  /** Aborted by Ctrl-C: nothing new starts. */
  readonly signal?: AbortSignal;
  /** What is looked at on the way. */
  readonly checks?: readonly Check[];
}

type Change = Extract<Step, { action: 'create' | 'update' }>;

/**
 * Carries out a fresh plan: independent steps at once, dependants after what they need, one write call each.
 * On a failure it finishes what is in flight and stops; a missing right stops only what depends on it.
 * Asks nothing, never throws for a step's failure: the outcome says it.
 */
export async function apply(planned: Planned, options: ApplyOptions): Promise<Outcome> {
  const { plan, graph, found } = planned;
  const lives = new Map<Address, unknown>(found);
  const results = new Map<Address, StepResult>();
  const tell = (result: StepResult) => {
    results.set(result.address, result);
    options.progress?.({ address: result.address, phase: result.status });
  };
  for (const step of plan) {
    if (step.action === 'none') results.set(step.address, { status: 'unchanged', address: step.address });
    if (step.action === 'blocked') results.set(step.address, { status: 'blocked', address: step.address });
  }
  const waiting = new Map<Address, Change>();
  for (const step of plan) {
    if (step.action === 'create' || step.action === 'update') waiting.set(step.address, step);
  }
  const running = new Map<Address, Promise<void>>();
  const lanes = new Set<string>();
  let stopped = false;
  const checks = openChecks(options.checks ?? [], (needs) => toLives(lives, new Set(needs), 'a check'));

  const start = (step: Change, resource: Resource) => {
    waiting.delete(step.address);
    if (resource.lane) lanes.add(resource.lane);
    options.progress?.({ address: step.address, phase: 'started' });
    const run = carryOut(
      step,
      resource,
      toLives(lives, new Set([step.address, ...needsOf(graph, step.address)]), step.address),
      options.journal,
    )
      .then(
        (live) => {
          lives.set(step.address, live);
          tell({ status: step.action === 'create' ? 'created' : 'updated', address: step.address });
        },
        (error: unknown) => {
          const refused = error instanceof UserError && error.code === 'forbidden';
          if (!refused) stopped = true;
          tell(
            refused
              ? { status: 'refused', address: step.address, error }
              : { status: 'failed', address: step.address, error },
          );
        },
      )
      .finally(() => {
        running.delete(step.address);
        if (resource.lane) lanes.delete(resource.lane);
      });
    running.set(step.address, run);
  };

  const startReady = () => {
    if (!stopped) checks.beginReady((address) => isThere(results.get(address)?.status));
    for (const [address, step] of waiting) {
      if (stopped || options.signal?.aborted) return;
      if (running.size >= (options.limit ?? 16)) return;
      const resource = graph.get(address)!;
      if (resource.lane && lanes.has(resource.lane)) continue;
      const needs = resource.needs.map((need) => results.get(need)?.status);
      if (needs.some((status) => status !== undefined && !isThere(status))) {
        waiting.delete(address);
        tell({ status: 'skipped', address });
      } else if (!needs.includes(undefined)) start(step, resource);
    }
  };

  startReady();
  while (running.size > 0) {
    await Promise.race(running.values());
    startReady();
  }
  await checks.end();
  for (const address of waiting.keys()) results.set(address, { status: 'skipped', address });
  return {
    results: plan.map((step) => results.get(step.address)!),
    lives,
    cancelled: options.signal?.aborted ?? false,
  };
}

/** Whether the thing exists after this result. */
function isThere(status: StepResult['status'] | undefined): boolean {
  return status === 'unchanged' || status === 'created' || status === 'updated';
}

async function carryOut(step: Change, resource: Resource, lives: Lives, journal: Journal): Promise<unknown> {
  if (!resource.local) journal.intend(step.address, step.action);
  try {
    const live =
      step.action === 'create'
        ? await resource.create(lives)
        : await resource.update(await lives.find(resource), step.changes, lives);
    if (!resource.local) journal.settle(step.address, 'done');
    return live;
  } catch (error) {
    if (!resource.local) journal.settle(step.address, 'failed');
    throw atAddress(step.address, error);
  }
}

function toLives(lives: ReadonlyMap<Address, unknown>, allowed: ReadonlySet<Address>, who: string): Lives {
  const check = (address: Address) => {
    if (!allowed.has(address)) throw new Error(`${who} asks for ${address}, which it does not need`);
  };
  return {
    find: async <Live>(ref: Ref<Live>) => {
      check(ref.address);
      return lives.get(ref.address) as Live | undefined;
    },
    get: <Live>(ref: Ref<Live>) => {
      check(ref.address);
      const live = lives.get(ref.address);
      if (live === undefined) throw new Error(`${who} needs ${ref.address}, which does not exist`);
      return live as Live;
    },
  };
}
