import { openStore } from './store.ts';

/** The sandbox's time: that of the machine, plus what it was set forward by. */
export interface Clock {
  now(): Date;
  /** Sets the clock forward; it runs on from there. @throws Error for a time that is over */
  set(to: Date): void;
}

/** Opens the clock of a state folder; how far it was set forward outlives a restart. */
export function openClock(folder: string, real: () => number = Date.now): Clock {
  const store = openStore(folder, 'clock', () => ({ offset: 0 }));
  const now = () => new Date(real() + store.data.offset);
  return {
    now,
    set(to) {
      const by = to.getTime() - now().getTime();
      if (by < 0) throw new Error(`The clock shows ${now().toISOString()} and goes forward only.`);
      store.data.offset += by;
      store.save();
    },
  };
}
