import type { Address, Journal } from '@create-mlops-model/core';
import type { Disk } from './disk.ts';

/** Where the journal lies: never committed, gone with the clone. */
const PATH = '.git/mlops/journal.jsonl';

/** One line: what a run was about to do, or what came of it. */
interface Line {
  readonly at: string;
  readonly run: string;
  readonly address: Address;
  readonly intent?: 'create' | 'update' | 'remove';
  readonly result?: 'done' | 'failed';
}

/** A write whose answer nobody noted: the run died in between. */
export interface Unsettled {
  readonly address: Address;
  readonly intent: 'create' | 'update' | 'remove';
  /** ISO time. */
  readonly at: string;
}

/** Opens a run's journal below a clone. Each line is on disk before the call goes on. @param now milliseconds since the epoch */
export function openJournal(disk: Disk, now: () => number): Journal {
  const run = `${now()}-${process.pid}`;
  // In a worktree `.git` is a file: such a run leaves no journal, and loses only the resume message.
  const isWritable = () => !disk.exists('.git') || disk.exists('.git/HEAD') || disk.exists('.git/mlops');
  const write = (line: Omit<Line, 'at' | 'run'>) => {
    if (!isWritable()) return;
    const whole: Line = { at: new Date(now()).toISOString(), run, ...line };
    disk.append(PATH, `${JSON.stringify(whole)}\n`);
  };
  return {
    intend: (address, intent) => write({ address, intent }),
    settle: (address, result) => write({ address, result }),
  };
}

/** What the last run had begun and not noted as ended. A half line at the end (a crash) is passed over. */
export function readUnsettled(disk: Disk): readonly Unsettled[] {
  if (!disk.exists('.git/mlops')) return [];
  const lines = (disk.find(PATH)?.contents ?? '').split('\n').flatMap(parseLine);
  const last = lines.at(-1)?.run;
  const open = new Map<Address, Unsettled>();
  for (const line of lines.filter((each) => each.run === last)) {
    if (line.intent) open.set(line.address, { address: line.address, intent: line.intent, at: line.at });
    else open.delete(line.address);
  }
  return [...open.values()];
}

function parseLine(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
