import type { Journal, Progress } from './apply.ts';
import { UserError } from './errors.ts';
import { atAddress, type Planned } from './plan.ts';
import type { Address, Lives, Ref } from './resource.ts';

/** What `destroy` would do with one thing that exists. */
export type Removal =
  | { readonly action: 'remove'; readonly address: Address }
  /** `not-ours`: no mark of ours · `kept`: taken over, listed under `keep:` · `lasting`: this kind is never removed. */
  | { readonly action: 'leave'; readonly address: Address; readonly reason: 'not-ours' | 'kept' | 'lasting' };

/** What exists, dependants first: what is ours goes, the rest stays and is named. */
export function planRemoval(planned: Planned, keep: readonly string[]): readonly Removal[] {
  return [...planned.graph.values()].reverse().flatMap((resource): Removal[] => {
    const { address } = resource;
    const live = planned.found.get(address);
    if (live === undefined || resource.local) return [];
    if (keep.includes(address)) return [{ action: 'leave', address, reason: 'kept' }];
    if (!resource.remove) return [{ action: 'leave', address, reason: 'lasting' }];
    if (!resource.isOurs(live)) return [{ action: 'leave', address, reason: 'not-ours' }];
    return [{ action: 'remove', address }];
  });
}

/** What became of the removals: done in order, stopped at the first failure. */
export interface RemovalOutcome {
  readonly results: readonly { readonly address: Address; readonly status: 'removed' | 'failed' | 'skipped' }[];
  readonly error: unknown;
}

/** Removes one after another, dependants first; running it again goes on where it stopped. */
export async function remove(
  planned: Planned,
  removals: readonly Removal[],
  options: { readonly journal: Journal; readonly progress?: Progress; readonly signal?: AbortSignal },
): Promise<RemovalOutcome> {
  const results: { address: Address; status: 'removed' | 'failed' | 'skipped' }[] = [];
  let error: unknown;
  for (const removal of removals) {
    if (removal.action !== 'remove') continue;
    const { address } = removal;
    if (error !== undefined || options.signal?.aborted) {
      results.push({ address, status: 'skipped' });
      continue;
    }
    const resource = planned.graph.get(address)!;
    options.journal.intend(address, 'remove');
    options.progress?.({ address, phase: 'started' });
    try {
      await resource.remove?.(planned.found.get(address), toLives(planned));
      options.journal.settle(address, 'done');
      results.push({ address, status: 'removed' });
    } catch (failure) {
      options.journal.settle(address, 'failed');
      results.push({ address, status: 'failed' });
      error = failure instanceof UserError ? atAddress(address, failure) : failure;
    }
    options.progress?.({ address, phase: error === undefined ? 'removed' : 'failed' });
  }
  return { results, error };
}

function toLives(planned: Planned): Lives {
  return {
    find: async <Live>(ref: Ref<Live>) => planned.found.get(ref.address) as Live | undefined,
    get: <Live>(ref: Ref<Live>) => {
      const live = planned.found.get(ref.address);
      if (live === undefined) throw new Error(`${ref.address} does not exist`);
      return live as Live;
    },
  };
}
