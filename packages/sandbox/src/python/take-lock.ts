import { open, readFile, rm } from 'node:fs/promises';

/** A lock of this age was left by somebody who has died. */
const STALE_SECONDS = 15 * 60;

/** Takes the lock at a path, or says no; one whose holder has died is removed. It is given back by removing the file. */
export async function takeLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isStale(path)) await rm(path, { force: true });
  return false;
}

async function isStale(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    const { mtimeMs } = await file.stat();
    await file.close();
    const pid = Number(await readFile(path, 'utf8'));
    // The number is written just after the file is made: an empty file is young, not stale.
    if (pid > 0) process.kill(pid, 0);
    return Date.now() - mtimeMs > STALE_SECONDS * 1000;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
