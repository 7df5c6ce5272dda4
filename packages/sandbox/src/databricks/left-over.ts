import { execFileSync } from 'node:child_process';
import { signalGroup } from '../agent/run/process-groups.ts';

/**
 * Ends the process group of a notebook that a crash of the sandbox left behind.
 * @param marker part of the notebook's command line: the number may belong to somebody else by now
 */
export function killLeftOver(pid: number, marker: string): void {
  if (readCommand(pid).includes(marker)) signalGroup(pid, 'SIGKILL');
}

function readCommand(pid: number): string {
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // ps ends with 1 when there is no such process.
    return '';
  }
}
