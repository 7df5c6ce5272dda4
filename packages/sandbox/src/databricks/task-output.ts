import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** What a task left behind. */
export interface TaskOutput {
  /** What the notebook passed to `dbutils.notebook.exit`. */
  readonly result?: string;
  readonly truncated?: boolean;
  /** Type and text of the exception. */
  readonly error?: string;
  readonly trace?: string;
}

/** The task's standard output and error. */
export function toLogPath(world: World, taskRunId: number): string {
  return join(toFolder(world), `${taskRunId}.log`);
}

/** Keeps a task's output; results can be megabytes, which is why they are not in the state. */
export function writeOutput(world: World, taskRunId: number, output: TaskOutput): void {
  const path = join(toFolder(world), `${taskRunId}.json`);
  writeFileSync(`${path}.tmp`, JSON.stringify(output), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** A task's output; empty while there is none. */
export function readOutput(world: World, taskRunId: number): TaskOutput {
  try {
    return JSON.parse(readFileSync(join(toFolder(world), `${taskRunId}.json`), 'utf8')) as TaskOutput;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Removes output and log. */
export function removeOutput(world: World, taskRunId: number): void {
  rmSync(toLogPath(world, taskRunId), { force: true });
  rmSync(join(toFolder(world), `${taskRunId}.json`), { force: true });
}

function toFolder(world: World): string {
  const folder = join(world.scratch, '..', 'runs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
