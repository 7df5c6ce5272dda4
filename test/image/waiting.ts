import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is yes. */
export async function waitFor(what: string, isThere: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isThere().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what} did not come up within ${seconds} s`);
    await sleep(100);
  }
}
