import type { Fields } from './body.ts';
import type { Run, TaskRun } from './state.ts';

/** The attempt that counts of each task, in the job's order. */
export function lastAttempts(run: Run): TaskRun[] {
  return run.tasks.filter((task, index) => !run.tasks.slice(index + 1).some(({ key }) => key === task.key));
}

/** The keys of the tasks that come before this one. */
export function toDependencies(task: Fields): string[] {
  return ((task.depends_on ?? []) as readonly Fields[]).map((one) => String(one.task_key));
}

/** Whether all that comes before a task has ended in a way that lets it start. */
export function isDue(task: TaskRun, run: Run): boolean {
  const before = listBefore(task, run);
  return before.every(({ phase }) => phase === 'ended') && fits(task, before);
}

/** Whether all that comes before a task has ended in a way that keeps it from ever starting. */
export function isSkipped(task: TaskRun, run: Run): boolean {
  const before = listBefore(task, run);
  return before.every(({ phase }) => phase === 'ended') && !fits(task, before);
}

function listBefore(task: TaskRun, run: Run): TaskRun[] {
  const needed = toDependencies(task.task);
  return lastAttempts(run).filter(({ key }) => needed.includes(key));
}

/** `run_if` of the Jobs API. */
function fits(task: TaskRun, before: readonly TaskRun[]): boolean {
  if (before.length === 0) return true;
  const isGood = ({ end }: TaskRun) => end?.code === 'SUCCESS';
  const isBad = ({ end }: TaskRun) => end?.code !== 'SUCCESS' && end?.code !== 'SKIPPED';
  switch (task.task.run_if ?? 'ALL_SUCCESS') {
    case 'ALL_DONE':
      return true;
    case 'AT_LEAST_ONE_SUCCESS':
      return before.some(isGood);
    case 'NONE_FAILED':
      return !before.some(isBad) && before.some(isGood);
    case 'ALL_FAILED':
      return before.every(isBad);
    case 'AT_LEAST_ONE_FAILED':
      return before.some(isBad);
    default:
      return before.every(isGood);
  }
}
