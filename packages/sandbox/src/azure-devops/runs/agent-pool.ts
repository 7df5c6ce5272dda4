import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentFolders } from '../../agent/run/job-work.ts';

/** An agent, taken for the length of a job. */
export interface Agent {
  readonly number: number;
  readonly name: string;
  /** Folders for a pipeline's jobs. */
  toFolders(pipeline: string): AgentFolders;
  /** Remembers a process group while it runs, so that the next start can end it. @returns forgets it */
  onProcess(pid: number): () => void;
  /** Gives the agent back. */
  release(): void;
}

/** A process group that an agent started. */
export interface AgentProcess {
  readonly pid: number;
  /** Milliseconds since 1970, of the machine. */
  readonly startedAt: number;
}

/** Agents that do all jobs, in the order in which the jobs ask. */
export interface AgentPool {
  /** @returns undefined if the signal is aborted before an agent is free */
  take(signal: AbortSignal): Promise<Agent | undefined>;
  /** Process groups that were running when the last sandbox ended. */
  readLeftOver(): readonly AgentProcess[];
  forgetLeftOver(): void;
  /** Folders of the agents. */
  readonly homes: readonly string[];
}

/** Opens the agents, whose folders stay from job to job. */
export function openAgentPool(folder: string, size: number): AgentPool {
  const free = Array.from({ length: size }, (_, index) => index + 1);
  const waiting: ((number: number) => void)[] = [];
  const release = (number: number) => {
    const next = waiting.shift();
    if (next) next(number);
    else free.push(number);
  };
  const toPath = (number: number) => join(folder, String(number), 'processes.json');
  const numbers = [...free];
  return {
    async take(signal) {
      if (signal.aborted) return undefined;
      const number = free.shift() ?? (await waitForFree(waiting, signal));
      return number === undefined ? undefined : toAgent(folder, toPath(number), number, release);
    },
    readLeftOver: () =>
      numbers
        .map(toPath)
        .filter(existsSync)
        .flatMap((path) => JSON.parse(readFileSync(path, 'utf8')) as readonly AgentProcess[]),
    homes: numbers.map((number) => join(folder, String(number))),
    forgetLeftOver() {
      for (const number of numbers) rmSync(toPath(number), { force: true });
    },
  };
}

function waitForFree(waiting: ((number: number) => void)[], signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const leave = () => {
      waiting.splice(waiting.indexOf(enter), 1);
      resolve(undefined);
    };
    const enter = (number: number) => {
      signal.removeEventListener('abort', leave);
      resolve(number);
    };
    waiting.push(enter);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function toAgent(folder: string, path: string, number: number, release: (number: number) => void): Agent {
  const home = join(folder, String(number));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const going: AgentProcess[] = [];
  const write = () => writeFileSync(path, JSON.stringify(going), { mode: 0o600 });
  return {
    number,
    name: `Agent ${number}`,
    toFolders: (pipeline) => ({
      build: join(home, '_work', pipeline),
      temp: join(home, '_work', '_temp'),
      tools: join(home, '_work', '_tool'),
    }),
    onProcess(pid) {
      const process = { pid, startedAt: Date.now() };
      going.push(process);
      write();
      return () => {
        going.splice(going.indexOf(process), 1);
        write();
      };
    },
    release: () => release(number),
  };
}
