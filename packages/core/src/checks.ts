import type { Address, Lives } from './resource.ts';

/** Something that is only looked at, as soon as what it needs is there and beside what is still being made. */
export interface Check {
  readonly needs: readonly Address[];
  /** Sends no write. Its failure is its own: nothing stops for it, and whoever asked for the check hears of it. */
  look(lives: Lives): Promise<void>;
}

/** The checks of one run of `apply`. */
export interface Checks {
  /** Begins those whose needs have become true. */
  beginReady(isThere: (address: Address) => boolean): void;
  /** Waits for those that were begun. */
  end(): Promise<void>;
}

/** Keeps each check until its turn. @param toLives what a check with these needs may see */
export function openChecks(checks: readonly Check[], toLives: (needs: readonly Address[]) => Lives): Checks {
  const waiting = new Set(checks);
  const begun: Promise<void>[] = [];
  return {
    beginReady(isThere) {
      for (const check of waiting) {
        if (!check.needs.every(isThere)) continue;
        waiting.delete(check);
        begun.push(check.look(toLives(check.needs)));
      }
    },
    end: async () => {
      await Promise.allSettled(begun);
    },
  };
}
