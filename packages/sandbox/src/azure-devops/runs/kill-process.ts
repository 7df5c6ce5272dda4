import { execFileSync } from 'node:child_process';
import type { AgentProcess } from './agent-pool.ts';

/** Ends a process group. */
export function killProcess(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Seconds by which two readings of a process's start may differ. */
const TOLERANCE = 5;

/** Ends a process group that a kill of the sandbox left; a number that belongs to somebody else by now is let alone. */
export function killLeftOver({ pid, startedAt }: AgentProcess): void {
  const elapsed = readElapsed(pid);
  if (elapsed === undefined) return;
  const expected = (Date.now() - startedAt) / 1000;
  if (Math.abs(elapsed - expected) <= TOLERANCE) killProcess(pid);
}

/** Seconds since a process began; `undefined` if there is none of this number. */
function readElapsed(pid: number): number | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'etime=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    // [[days-]hours:]minutes:seconds, which is what POSIX says.
    const [days, clock = ''] = text.includes('-') ? text.split('-') : ['0', text];
    return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined;
  }
}
