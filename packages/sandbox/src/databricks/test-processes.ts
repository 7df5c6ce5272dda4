import { execFileSync } from 'node:child_process';

/** A process that `parent` has started. */
export function findChild(parent: number): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const found = lines.map((line) => line.trim().split(/\s+/).map(Number)).find(([, ppid]) => ppid === parent);
  return found?.[0] ?? 0;
}

/** Whether the process runs. One that has ended and that nobody has asked about yet does not count. */
export function isAlive(pid: number): boolean {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' }).split('\n');
  return lines.some((line) => new RegExp(`^\\s*${pid}\\s+[^Z]`).test(line));
}
