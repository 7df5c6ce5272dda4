import { endMarked } from './end-marked.ts';
import type { JobHost } from './job-work.ts';
import { PROCESS_MARKER, toEnvironmentName } from './step-environment.ts';

/** The process groups that a job has started and that may still be there. */
export interface ProcessGroups {
  /** Remembers a group, by the number of its first process. */
  add(pid: number): void;
  /** Forgets a group of which nobody is left. What a step leaves running is there for the steps after it. */
  settle(pid: number): void;
  /** Ends whatever the job has left behind, as the agent does when it finalises a job. */
  end(): Promise<void>;
}

/** Makes the register of a job's processes. @param marker found in the environment of each of them */
export function makeProcessGroups(host: JobHost, marker: string): ProcessGroups {
  const forgetBy = new Map<number, () => void>();
  const forget = (pid: number) => {
    forgetBy.get(pid)?.();
    forgetBy.delete(pid);
  };
  return {
    add: (pid) => forgetBy.set(pid, host.onProcess(pid)),
    settle(pid) {
      if (!signalGroup(pid, 0)) forget(pid);
    },
    async end() {
      for (const pid of forgetBy.keys()) {
        // The step's own process has gone; one of its number is somebody else's by now, and so is that one's group.
        if (!isThere(pid)) signalGroup(pid, 'SIGKILL');
      }
      await endMarked(PROCESS_MARKER, marker);
      for (const pid of forgetBy.keys()) forget(pid);
    },
  };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal to a group; 0 only asks whether it is there. @returns whether there was anybody */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    // EPERM is what macOS says of a group of which only ended processes are left.
    if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Ends whatever jobs of an agent that is no more have left behind. @param home the agent's folder */
export async function endLeftByAgent(home: string): Promise<void> {
  await endMarked(toEnvironmentName('Agent.HomeDirectory'), home);
}
