import { execFileSync } from 'node:child_process';
import { signalGroup } from '../../agent/run/process-groups.ts';
import type { AgentProcess } from './agent-pool.ts';

/** Seconds by which two readings of a process's start may differ. */
const TOLERANCE = 5;

/**
 * Ends the process groups that a kill of the sandbox left. A number that belongs to somebody else by now is let alone:
 * its first process is younger or older. While members of a group are left, no other process gets its number.
 */
export function killLeftOver(left: readonly AgentProcess[]): void {
  if (left.length === 0) return;
  const processes = listProcesses();
  for (const { pid, startedAt } of left) {
    const expected = (Date.now() - startedAt) / 1000;
    const first = processes.find((each) => each.pid === pid);
    const isOurs = first ? Math.abs(first.seconds - expected) <= TOLERANCE : true;
    if (isOurs && processes.some((each) => each.group === pid)) signalGroup(pid, 'SIGKILL');
  }
}

interface Process {
  readonly pid: number;
  readonly group: number;
  /** Since it began. */
  readonly seconds: number;
}

function listProcesses(): readonly Process[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,etime='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [pid, group, elapsed] = line.trim().split(/\s+/);
    return elapsed === undefined ? [] : [{ pid: Number(pid), group: Number(group), seconds: toSeconds(elapsed) }];
  });
}

/** `[[days-]hours:]minutes:seconds`, which is what POSIX says of `etime`. */
function toSeconds(elapsed: string): number {
  const [days, clock = ''] = elapsed.includes('-') ? elapsed.split('-') : ['0', elapsed];
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
