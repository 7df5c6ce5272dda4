import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** One line of a container's output. */
export interface LogLine {
  /** RFC 3339 with parts of a second. */
  readonly time: string;
  readonly text: string;
}

/** What one start of a container has written. */
export interface ContainerLog {
  write(chunk: Buffer): void;
  /** Nothing more will come. */
  end(): void;
  read(): readonly LogLine[];
  readonly hasEnded: () => boolean;
  /** Called with each further line, and with `undefined` at the end. @returns a function that stops it */
  follow(listener: (line: LogLine | undefined) => void): () => void;
}

/** Opens a log file; each line carries its time. */
export function openContainerLog(path: string, now: () => number): ContainerLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const listeners = new Set<(line: LogLine | undefined) => void>();
  // A chunk may end within a character.
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let ended = false;
  const add = (text: string) => {
    const line = { time: new Date(now()).toISOString(), text };
    appendFileSync(path, `${line.time} ${text}\n`, { mode: 0o600 });
    for (const listener of [...listeners]) listener(line);
  };
  return {
    write(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) add(line);
    },
    end() {
      if (rest !== '') add(rest);
      rest = '';
      ended = true;
      for (const listener of [...listeners]) listener(undefined);
      listeners.clear();
    },
    read: () => readLog(path),
    hasEnded: () => ended,
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The lines of a log file; none if there is no such file. */
export function readLog(path: string): readonly LogLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => ({ time: line.slice(0, 24), text: line.slice(25) }));
}
