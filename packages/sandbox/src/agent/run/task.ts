import type { Result } from '../expression/run-condition.ts';
import type { JobState } from './job-state.ts';
import type { StepLog } from './step-log.ts';

/** A step on its way, as its task sees it. */
export interface TaskRun {
  readonly job: JobState;
  readonly log: StepLog;
  /** The step's name in outputs: `step.variable`. */
  readonly name: string;
  /** An input by name without case, macros replaced; empty where nobody gave it. */
  readonly input: (name: string) => string;
  /** The environment of what the step runs. @param paths folders that go first on its PATH */
  readonly toEnvironment: (paths?: readonly string[]) => Record<string, string>;
  /** Aborted when the step is to end. */
  readonly stop: AbortSignal;
  /** Aborted when it has to be gone at once. */
  readonly kill: AbortSignal;
  /** A line that the step printed: a logging command is done, everything else is written down. */
  readonly onLine: (line: string) => void;
}

/** Does one step. A thrown Error's message becomes the step's error. */
export type Task = (run: TaskRun) => Promise<Result>;

/** What a task says when it cannot do what it was asked; the log shows it as the step's error. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
}

/** An input that must be there. @throws TaskError naming it, in the agent's words */
export function requireInput(run: TaskRun, name: string): string {
  const value = run.input(name);
  if (value === '') throw new TaskError(`Input required: ${name}`);
  return value;
}

/** Whether a text says yes. */
export function isTrue(text: string): boolean {
  return text.trim().toLowerCase() === 'true';
}
